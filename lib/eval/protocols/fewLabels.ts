import type { Fold, MediaEntry } from '../../data';
import { meanShareInterval } from '../meanInterval';
import { RandomStream } from '../../random';
import { groupBy } from '../report/distinctRuns';
import { meanMetrics, type FoldResult, type Metrics, type ProtocolResult } from '../results';
import { checkDataset, labelsOf } from './checkDataset';
import { selectFiles, skippedOf } from './foldFeatures';
import { protocolResult, type ProtocolArgs } from './protocol';
import { protocols } from './registry';
import type { FewLabelsSettings } from './settings';
import { detailsOf, foldParts, svmFeatures } from './svm';
import { svmFold } from './svmFold';

/**
 * Few labels: the SVM is trained on a share of each class's training files, at least one, drawn several times. The
 * interval is that of the mean over the draws.
 *
 * @throws UserError if the data set can't be used; Stopped if a stop was requested
 */
export async function evaluateFewLabels(
  args: ProtocolArgs,
  settings: FewLabelsSettings,
): Promise<ProtocolResult> {
  const { dataset, seed, signal } = args;
  checkDataset(dataset, args.modality, protocols['few-labels'].needs);
  const { train, test } = await svmFeatures(args, settings);
  const folds: FoldResult[] = [];
  const byDraw = new Map<string, Metrics[]>();
  const total = dataset.folds.length * settings.shares.length * settings.draws;
  for (const fold of dataset.folds) {
    const parts = foldParts(args, fold, train, test);
    for (const share of settings.shares) {
      for (let draw = 0; draw < settings.draws; draw++) {
        args.onProgress?.({ label: 'few labels', done: folds.length, total, unit: 'subsets' });
        const few = selectFiles(parts.train, drawFiles(args, fold, share, draw));
        const result = await svmFold({ train: few, test: parts.test, list: dataset, settings, seed, signal });
        const named = Object.entries(result.chosen.test).map(([name, value]) => [
          `${name}@${percent(share)}`,
          value,
        ]);
        const metrics = Object.fromEntries(named) as Metrics;
        byDraw.set(`${share} ${draw}`, [...(byDraw.get(`${share} ${draw}`) ?? []), metrics]);
        folds.push({
          name: `${fold.name}, ${percent(share)}, draw ${draw + 1}`,
          trainClips: few.rows.rows,
          testClips: parts.test.rows.rows,
          metrics,
          details: { files: few.entries.length, ...detailsOf(result) },
        });
      }
    }
  }
  args.onProgress?.({ label: 'few labels', done: total, total, unit: 'subsets' });
  const notes = equalShares(args, settings.shares);
  const draws = [...byDraw.values()].map((metrics) =>
    meanMetrics(metrics.map((each) => ({ metrics: each }))),
  );
  return protocolResult('few-labels', args, settings, {
    folds,
    intervals: settings.draws > 1 ? intervalsOf(draws) : undefined,
    skipped: skippedOf(train, test),
    notes,
  });
}

/** Says which shares select the same files or equally many of each class, as small shares do in small sets. */
export function equalShares(
  args: Pick<ProtocolArgs, 'dataset' | 'seed'>,
  shares: readonly number[],
): string[] {
  return args.dataset.folds.flatMap((fold) => {
    const drawn = shares.map((share) => ({ share, files: drawFiles(args, fold, share, 0) }));
    return [...groupBy(drawn, ({ files }) => countsOf(files)).values()].flatMap((same) => {
      if (same.length === 1) return [];
      const [{ files }] = same;
      const names = same.map(({ share }) => percent(share)).join(' and ');
      const isAll = same.every((each) => each.files.every((file) => files.includes(file)));
      return isAll
        ? [`${names} of fold ${fold.name} are the same ${files.length} files, so their figures are the same.`]
        : [
            `${names} of fold ${fold.name} are as many files, ${files.length} with at least one of each class: their figures differ by the draw alone.`,
          ];
    });
  });
}

/** Number of files of each class, as text. */
function countsOf(files: readonly MediaEntry[]): string {
  const counts = new Map<string, number>();
  for (const label of files.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return JSON.stringify([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Training files of a fold: a share of each class, at least one. A file with several classes counts for each of them.
 */
export function drawFiles(
  { dataset, seed }: Pick<ProtocolArgs, 'dataset' | 'seed'>,
  fold: Fold,
  share: number,
  draw: number,
): MediaEntry[] {
  const stream = RandomStream.fromSeed(seed).split('few labels', fold.name, share, draw);
  const order = [...stream.permutation(fold.train.length)].map((i) => dataset.entries[fold.train[i]]);
  const counts = new Map<string, number>();
  for (const entry of order)
    for (const label of labelsOf(entry)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const taken = new Map<string, number>();
  return order.filter((entry) => {
    const lacks = labelsOf(entry).filter(
      (label) => (taken.get(label) ?? 0) < Math.max(1, Math.round(share * counts.get(label)!)),
    );
    if (lacks.length === 0) return false;
    for (const label of labelsOf(entry)) taken.set(label, (taken.get(label) ?? 0) + 1);
    return true;
  });
}

function intervalsOf(draws: readonly Metrics[]): ProtocolResult['intervals'] {
  const names = [...new Set(draws.flatMap((metrics) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = draws.flatMap((metrics) => metrics[name] ?? []);
      const { low, high } = meanShareInterval(values);
      return [name, { low, high, values: values.length }];
    }),
  );
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))}%`;
}
