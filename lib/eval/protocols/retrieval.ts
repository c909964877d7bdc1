import type { FoldResult, Metrics, ProtocolResult } from '../results';
import { centreColumns, crossModalScores, recallAt } from './crossModal';
import { checkDataset, labelsOf } from './checkDataset';
import { featuresOf, meanOfFiles, selectFiles, skippedOf, type FileRows } from './foldFeatures';
import { protocolResult, throwIfStopped, type ProtocolArgs } from './protocol';
import { protocols } from './registry';
import type { RetrievalSettings } from './settings';
import { UserError } from '../../errors';

/**
 * Cross-modal retrieval: the audio of each test file is the query for its video among those of all test files, and the
 * video for its audio. A hit is the file itself, or any file of the same class (including itself). The feature spaces
 * of the backbones were not trained to be aligned, so by default a linear map between them is learned on the pairs of
 * the training files, without labels. `recallK` is the mean over both directions with the file itself as the hit.
 *
 * @throws UserError if the data set can't be used; Stopped if a stop was requested
 */
export async function evaluateRetrieval(
  args: ProtocolArgs,
  settings: RetrievalSettings,
): Promise<ProtocolResult> {
  const { dataset, modality } = args;
  if (modality !== 'both') {
    throw new UserError(
      `Retrieval goes from one modality to the other: add --modality both instead of ${modality}.`,
    );
  }
  checkDataset(dataset, modality, protocols.retrieval.needs);
  const plan = { kind: 'spread', clips: settings.clips, crops: 1 } as const;
  const train = await bothFeatures(args, 'train', plan);
  const test = await bothFeatures(args, 'test', plan);
  const folds = dataset.folds.map((fold): FoldResult => {
    throwIfStopped(args.signal);
    const of = (rows: FileRows, places: readonly number[]) =>
      selectFiles(rows, places.map((place) => dataset.entries[place])); // prettier-ignore
    const learnt = centreColumns(
      meanOfFiles(of(train.video, fold.train)),
      meanOfFiles(of(train.audio, fold.train)),
    );
    const [video, audio] = [of(test.video, fold.test), of(test.audio, fold.test)];
    const sought = { video: meanOfFiles(video), audio: meanOfFiles(audio) };
    const labels = video.entries.map((entry) => new Set(labelsOf(entry)));
    const metrics: Record<string, number> = {};
    for (const [from, to] of directions) {
      const scores = crossModalScores({ learnt, from: { modality: from, features: sought[from] }, to: { modality: to, features: sought[to] }, ...settings }); // prettier-ignore
      Object.assign(
        metrics,
        recalls(`${from}To${to === 'video' ? 'Video' : 'Audio'}`, scores, labels, settings.recall),
      );
    }
    return {
      name: fold.name,
      trainClips: train.video.rows.rows,
      testClips: video.rows.rows,
      metrics: { ...headline(metrics, settings.recall), ...metrics },
    };
  });
  return protocolResult('retrieval', args, settings, { folds, skipped: skippedOf(train.video, test.video) });
}

const directions = [
  ['audio', 'video'],
  ['video', 'audio'],
] as const;

/** Features of both modalities of the same clips, not concatenated. */
async function bothFeatures(
  args: ProtocolArgs,
  part: 'train' | 'test',
  plan: Parameters<typeof featuresOf>[2],
) {
  const both = await featuresOf(args, part, plan);
  const { columns } = both.rows;
  const half = (from: number): FileRows => ({
    ...both,
    rows: {
      rows: both.rows.rows,
      columns: columns / 2,
      read: (first, count) => {
        const rows = both.rows.read(first, count);
        const own = new Float32Array((count * columns) / 2);
        for (let i = 0; i < count; i++)
          own.set(rows.subarray(i * columns + from, i * columns + from + columns / 2), (i * columns) / 2);
        return own;
      },
    },
  });
  return { video: half(0), audio: half(columns / 2) };
}

function recalls(
  name: string,
  scores: Parameters<typeof recallAt>[0],
  labels: readonly ReadonlySet<string>[],
  places: readonly number[],
): Metrics {
  const isLabelled = labels.some((own) => own.size > 0);
  const shares = (label: ReadonlySet<string>, other: ReadonlySet<string>) =>
    [...label].some((each) => other.has(each));
  const entries = places.flatMap((k) => [
    [`${name}.file.recall${k}`, recallAt(scores, k, (own, found) => own === found)],
    ...(isLabelled
      ? [
          [
            `${name}.class.recall${k}`,
            recallAt(scores, k, (own, found) => shares(labels[own], labels[found])),
          ],
        ]
      : []),
  ]);
  return Object.fromEntries(entries) as Metrics;
}

function headline(metrics: Metrics, places: readonly number[]): Metrics {
  return Object.fromEntries(
    places.map((k) => [
      `recall${k}`,
      (metrics[`audioToVideo.file.recall${k}`] + metrics[`videoToAudio.file.recall${k}`]) / 2,
    ]),
  );
}
