import type { AblationTableRow, Interval } from './table';

/** A percentage with its interval, such as `85.7 (80.1 to 91.3)`. */
export function percentText({ mean, low, high }: Interval): string {
  const middle = percent(mean);
  return low === null || high === null ? middle : `${middle} (${percent(low)} to ${percent(high)})`;
}

/** A difference in percentage points, with its sign. */
export function gainText(gain: Interval | null): string {
  if (gain === null) return '';
  const { mean, low, high } = gain;
  return low === null || high === null ? signed(mean) : `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}

/** The paper's figures for a row and a modality: `UCF101 84.7 (+8.4), HMDB51 59.3 (+8.1)`. */
export function paperText({ paper }: AblationTableRow, modality: 'video' | 'audio' | 'both'): string {
  return paper
    .filter((figure) => figure.modality === modality)
    .map(
      ({ dataset, percent, gain }) =>
        `${dataset} ${percent.toFixed(1)}${gain === null ? '' : ` (${signed(gain / 100)})`}`,
    )
    .join(', ');
}

/** Signs of collapse at the end of training: ranks of features and entropies of answers, video and audio. */
export function signsText({ signs = {} }: AblationTableRow): string {
  const pair = (video: number | undefined, audio: number | undefined, digits: number) =>
    [video, audio].map((value) => (value === undefined ? '-' : value.toFixed(digits))).join(', ');
  const { videoStudentProbeRank, audioStudentProbeRank, videoTeacherProbeEntropy, audioTeacherProbeEntropy } =
    signs;
  const ranks = pair(videoStudentProbeRank, audioStudentProbeRank, 1);
  const entropies = pair(videoTeacherProbeEntropy, audioTeacherProbeEntropy, 2);
  return Object.keys(signs).length === 0 ? '' : `${ranks}; ${entropies}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function signed(share: number): string {
  const text = percent(share);
  return share < 0 || text.startsWith('-') ? text : `+${text}`;
}
