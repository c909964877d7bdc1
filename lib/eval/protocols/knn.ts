import { normaliseRows, type FeatureMatrix } from '../featureMatrix';
import { matMul2d } from '../../tensor/matMul';
import { tf } from '../../tensor/native';
import type { FoldResult, Metrics, ProtocolResult } from '../results';
import { checkDataset } from './checkDataset';
import { classNumbers, metricsOf } from './fileMetrics';
import { featuresOf, meanOfFiles, skippedOf } from './foldFeatures';
import { protocolResult, throwIfStopped, type ProtocolArgs } from './protocol';
import { protocols } from './registry';
import type { KnnSettings } from './settings';
import { foldParts } from './svm';

/** Test files that are compared at once. */
const blockRows = 256;

/**
 * Nearest neighbours: each test file gets the classes of the training files with the highest cosine similarity to it,
 * each weighted by exp(cosine / temperature). Nothing is trained.
 *
 * @throws UserError if the data set can't be used; Stopped if a stop was requested
 */
export async function evaluateKnn(args: ProtocolArgs, settings: KnnSettings): Promise<ProtocolResult> {
  const { dataset } = args;
  checkDataset(dataset, args.modality, protocols.knn.needs);
  const plan = { kind: 'spread', clips: settings.clips, crops: 1 } as const;
  const train = await featuresOf(args, 'train', plan);
  const test = await featuresOf(args, 'test', plan);
  const each = dataset.folds.map((fold) => ({ fold, parts: foldParts(args, fold, train, test) }));
  const fewest = Math.min(...each.map(({ parts }) => parts.train.entries.length));
  const { neighbours, note } = possibleNeighbours(settings.neighbours, fewest);
  const folds = each.map(({ fold, parts }): FoldResult => {
    throwIfStopped(args.signal);
    const scores = knnScores({
      train: meanOfFiles(parts.train),
      test: meanOfFiles(parts.test),
      labels: classNumbers(parts.train.entries, dataset.classes),
      classes: dataset.classes.length,
      neighbours,
      temperature: settings.temperature,
    });
    const ofEach = neighbours.map((k, i) => [k, metricsOf({ entries: parts.test.entries, scores: scores[i] }, dataset)] as const); // prettier-ignore
    const [, headline] = ofEach.find(([k]) => k === usualNeighbours) ?? ofEach[0];
    const named = ofEach.flatMap(([k, metrics]) =>
      Object.entries(metrics).map(([name, value]) => [`${name}@k${k}`, value]),
    );
    return {
      name: fold.name,
      trainClips: parts.train.rows.rows,
      testClips: parts.test.rows.rows,
      metrics: { ...headline, ...(Object.fromEntries(named) as Metrics) },
    };
  });
  return protocolResult(
    'knn',
    args,
    { ...settings, neighbours },
    { folds, skipped: skippedOf(train, test), notes: note === null ? [] : [note] },
  );
}

/** The headline metric uses this number. */
const usualNeighbours = 20;

/**
 * The numbers of neighbours that do not exceed any fold's training files. If there is none, the number of files of the
 * smallest fold.
 */
function possibleNeighbours(
  asked: readonly number[],
  files: number,
): { readonly neighbours: readonly number[]; readonly note: string | null } {
  const possible = asked.filter((k) => k <= files);
  const neighbours = possible.length > 0 ? possible : [files];
  if (possible.length === asked.length) return { neighbours, note: null };
  const leftOut = asked.filter((k) => k > files).join(', ');
  const headline = neighbours.includes(usualNeighbours) ? usualNeighbours : neighbours[0];
  const note = `There is no figure for ${leftOut} neighbours, because there are only ${files} files to learn from; top1, top5 or map are for ${headline}.`;
  return { neighbours, note };
}

export interface KnnArgs {
  readonly train: FeatureMatrix;
  readonly test: FeatureMatrix;
  /** Class indices of each training row. */
  readonly labels: readonly (readonly number[])[];
  readonly classes: number;
  /** None exceeds the number of training rows. */
  readonly neighbours: readonly number[];
  readonly temperature: number;
}

/** Weight of each class among the neighbours of each test row, `[rows, classes]`, for each number of neighbours. */
export function knnScores({
  train,
  test,
  labels,
  classes,
  neighbours,
  temperature,
}: KnnArgs): FeatureMatrix[] {
  const most = Math.min(train.rows, Math.max(...neighbours));
  const scores = neighbours.map(() => new Float32Array(test.rows * classes));
  const unit = normaliseRows(test);
  const known = tf.tensor2d(normaliseRows(train).data, [train.rows, train.columns]);
  try {
    for (let first = 0; first < test.rows; first += blockRows) {
      const count = Math.min(blockRows, test.rows - first);
      const { cosines, places } = nearest(unit, first, count, known, most);
      for (let i = 0; i < count; i++) {
        for (let rank = 0; rank < most; rank++) {
          // The largest is subtracted, so that no weight overflows.
          const weight = Math.exp((cosines[i * most + rank] - cosines[i * most]) / temperature);
          for (const k of labels[places[i * most + rank]]) {
            neighbours.forEach((limit, at) => {
              if (rank < limit) scores[at][(first + i) * classes + k] += weight;
            });
          }
        }
        neighbours.forEach((limit, at) => {
          let sum = 0;
          for (let rank = 0; rank < Math.min(limit, most); rank++)
            sum += Math.exp((cosines[i * most + rank] - cosines[i * most]) / temperature);
          for (let k = 0; k < classes; k++) scores[at][(first + i) * classes + k] /= sum;
        });
      }
    }
  } finally {
    known.dispose();
  }
  return scores.map((data) => ({ data, rows: test.rows, columns: classes }));
}

function nearest(test: FeatureMatrix, first: number, count: number, train: tf.Tensor2D, most: number) {
  const found = tf.tidy(() => {
    const block = test.data.slice(first * test.columns, (first + count) * test.columns);
    const cosines = matMul2d(tf.tensor2d(block, [count, test.columns]), train, false, true); // [count, train]
    return tf.topk(cosines, most);
  });
  const nearest = { cosines: found.values.dataSync<'float32'>(), places: found.indices.dataSync<'int32'>() };
  tf.dispose([found.values, found.indices]);
  return nearest;
}
