import type { FeatureMatrix } from '../featureMatrix';
import { RandomStream } from '../../random';
import type { Metrics } from '../results';
import { RowBlocks } from '../linearSvm/rowBlocks';
import { solveCosts } from '../linearSvm/solveCosts';
import { decideRows, type Signs } from '../linearSvm/squaredHinge';
import { row } from '../linearSvm/vectors';
import { classNumbers, metricsOf, type ClassList } from './fileMetrics';
import type { FileRows } from './foldFeatures';
import type { ClipKey, SvmSettings } from './settings';

export interface SvmFoldArgs {
  readonly train: FileRows;
  readonly test: FileRows;
  readonly list: ClassList;
  readonly settings: Omit<SvmSettings, ClipKey>;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Result at one cost. */
export interface CostResult {
  readonly cost: number;
  /** Metrics on the files held out in cross-validation; null if the cost is chosen in another way. */
  readonly validation: Metrics | null;
  readonly test: Metrics;
  readonly converged: boolean;
}

export interface SvmFoldResult {
  readonly chosen: CostResult;
  readonly tried: readonly CostResult[];
  /** How the cost was chosen, in words. */
  readonly choice: string;
  /** Mean decision values of the test files at the chosen cost, `[files, K]`. */
  readonly scores: FeatureMatrix;
}

/**
 * Trains one linear SVM per class (K classes) and cost on the clips of the training files, and scores the test files:
 * the mean decision value over their clips and crops. With cross-validation, the classifiers that leave out a part of
 * the files are solved together with those of all files, in the same passes.
 */
export async function svmFold(args: SvmFoldArgs): Promise<SvmFoldResult> {
  const { train, test, list, settings, signal, onProgress } = args;
  const { costs, costChoice, iterations, tolerance } = settings;
  const K = list.classes.length;
  const parts = costChoice === 'validation' && costs.length > 1 ? heldParts(args) : null;
  const folds = parts === null ? 0 : Math.max(...parts) + 1;
  const problems = K * (folds + 1);
  const size = train.rows.columns + 1;
  const blocks = new RowBlocks({ rows: train.rows, signal });
  const testBlocks = new RowBlocks({ rows: test.rows, signal });
  const signs = signsOf(train, list, parts, folds);
  const tried: (CostResult & { readonly scores: FeatureMatrix })[] = [];
  try {
    for await (const { cost, points, converged } of solveCosts({
      blocks,
      signs,
      problems,
      costs,
      iterations,
      tolerance,
      onProgress,
    })) {
      const own = points.subarray(folds * K * size);
      const scores = await meanDecisions(testBlocks, test, own, K, () => 0);
      const validation =
        parts && metricsOf({ entries: train.entries, scores: await meanDecisions(blocks, train, points.subarray(0, folds * K * size), K, (file) => parts[file]) }, list); // prettier-ignore
      tried.push({
        cost,
        validation,
        test: metricsOf({ entries: test.entries, scores }, list),
        converged,
        scores,
      });
    }
  } finally {
    blocks.dispose();
    testBlocks.dispose();
  }
  const quality = ({ validation, test }: CostResult) => headline(validation ?? test);
  const best = tried.reduce((best, next) => (quality(next) > quality(best) + 1e-9 ? next : best));
  return {
    chosen: withoutScores(best),
    tried: tried.map(withoutScores),
    choice: costs.length === 1 ? 'only one cost' : parts ? 'cross-validation' : 'best on the test files',
    scores: best.scores,
  };
}

function withoutScores({ cost, validation, test, converged }: CostResult): CostResult {
  return { cost, validation, test, converged };
}

/** The metric by which costs are compared. */
function headline(metrics: Metrics): number {
  return metrics.map ?? metrics.top1;
}

/** The part of cross-validation in which each training file is held out. Each part has the same share of each class. */
function heldParts({ train, list, settings, seed }: SvmFoldArgs): Int32Array {
  const own = classNumbers(train.entries, list.classes);
  const order = RandomStream.fromSeed(seed).split('validation').permutation(train.entries.length);
  const first = (file: number) => own[file][0] ?? -1;
  const byClass = [...order].sort((a, b) => first(a) - first(b));
  const parts = new Int32Array(train.entries.length);
  const folds = Math.min(settings.validationFolds, train.entries.length);
  byClass.forEach((file, place) => (parts[file] = place % folds));
  return parts;
}

/**
 * The problems: for each held-out part one per class, which ignores the part's files; finally one per class with all
 * files.
 */
function signsOf(train: FileRows, list: ClassList, parts: Int32Array | null, folds: number): Signs {
  const K = list.classes.length;
  const problems = K * (folds + 1);
  const each = train.rows.rows / train.entries.length;
  const ofFiles = classNumbers(train.entries, list.classes).map((own, file) => {
    const signs = new Int8Array(problems).fill(-1);
    for (let fold = 0; fold <= folds; fold++) {
      if (parts && parts[file] === fold && fold < folds) signs.fill(0, fold * K, (fold + 1) * K);
      else for (const k of own) signs[fold * K + k] = 1;
    }
    return signs;
  });
  return (first, count, into) => {
    for (let i = 0; i < count; i++) into.set(ofFiles[Math.floor((first + i) / each)], i * problems);
  };
}

/**
 * Decision values of files, averaged over their rows.
 *
 * @param points `[F K, D + 1]`
 * @param foldOf index of the classifier, of F, that scores a file
 */
async function meanDecisions(
  blocks: RowBlocks,
  { entries, rows }: FileRows,
  points: Float64Array,
  K: number,
  foldOf: (file: number) => number,
): Promise<FeatureMatrix> {
  const each = rows.rows / entries.length;
  const problems = points.length / (rows.columns + 1);
  const sums = new Float64Array(entries.length * K);
  await decideRows(blocks, points, (values, first) => {
    const count = values.length / problems;
    for (let i = 0; i < count; i++) {
      const file = Math.floor((first + i) / each);
      const sum = row(sums, file, K);
      const from = i * problems + foldOf(file) * K;
      for (let k = 0; k < K; k++) sum[k] += values[from + k];
    }
  });
  return { data: Float32Array.from(sums, (sum) => sum / each), rows: entries.length, columns: K };
}
