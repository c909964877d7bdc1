import type { ReportRow } from './makeReport';

/** Source of the figures that ours are compared with. */
export const paperSource = 'Sarkar and Etemad, AAAI 2024 (arXiv 2211.13929)';

/** Text of a value of a row's metric; shares are in percent. */
export function valueText({ isShare }: Pick<ReportRow, 'isShare'>, value: number): string {
  return isShare ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
}

/** Text of a row's interval, or the reason why it has none. */
export function intervalText(row: ReportRow): string {
  const { low, high } = row.ours;
  if (low === null || high === null) return 'none (1 seed)';
  // The unit is written only once.
  return `${valueText(row, low).replace(/ %$/, '')} to ${valueText(row, high)}`;
}

/** Text with the number of seeds of a row. */
export function seedsText({ ours: { over, count } }: ReportRow): string {
  if (over === 'evaluation seeds') return `${count} of evaluation`;
  return over === 'draws' ? `1, ${count} draws` : String(count);
}

/** The paper's figure, marked if its size can't be compared. */
export function paperText({ paper }: ReportRow): string {
  if (!paper) return '';
  return `${paper.percent.toFixed(1)} % (${paper.title})${paper.limits.length > 0 ? ' †' : ''}`;
}

/** Modality and tower of the features. */
export function featuresText({ modality, tower }: ReportRow): string {
  return modality === 'both' ? `video and audio ${tower}s` : `${modality} ${tower}`;
}

export function protocolText({ protocol, settings }: ReportRow): string {
  return settings ? `${protocol}, ${settings}` : protocol;
}

/** Reasons why the sizes in these rows can't be compared with the paper's; null if all can. */
export function limitsText(rows: readonly ReportRow[]): string | null {
  const limits = [...new Set(rows.flatMap(({ paper }) => paper?.limits ?? []))];
  if (limits.length === 0) return null;
  return `† Not comparable in size with ours, only in kind: ${limits.join('; ')}.`;
}
