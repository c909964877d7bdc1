import { RandomStream } from '../random';
import { selectRows, type FeatureMatrix } from './featureMatrix';
import { topKAccuracy } from './metrics';

/** Scores features, with one column per class. */
export type Score = (features: FeatureMatrix) => FeatureMatrix;

/**
 * Fits a classifier.
 *
 * @param labels class numbers 0, 1, ... without gaps
 */
export type Fit = (features: FeatureMatrix, labels: Int32Array, cost: number) => Score | Promise<Score>;

export interface CostChoice {
  readonly cost: number;
  /** Mean top-1 accuracy over the folds, for each cost tried. */
  readonly tried: readonly { readonly cost: number; readonly accuracy: number }[];
}

export interface CostSearch {
  readonly fit: Fit;
  readonly features: FeatureMatrix;
  /** Class numbers 0, 1, ..., each with at least as many rows as there are folds. */
  readonly labels: Int32Array;
  /** Ascending. */
  readonly costs: readonly number[];
  readonly folds: number;
}

/**
 * Chooses the cost by cross-validation: each fold is predicted by a classifier trained on the others. All folds have
 * the same share of each class and are the same in every run. Among equal costs the smallest wins.
 */
export async function chooseCost({ fit, features, labels, costs, folds }: CostSearch): Promise<CostChoice> {
  const fold = stratifiedFolds(labels, folds);
  const tried = costs.map((cost) => ({ cost, accuracy: 0 }));
  for (let held = 0; held < folds; held++) {
    const inside = rowsWhere(fold, (own) => own !== held);
    const outside = rowsWhere(fold, (own) => own === held);
    const train = selectRows(features, inside);
    const test = selectRows(features, outside);
    const learnt = inside.map((row) => labels[row]);
    const targets = outside.map((row) => labels[row]);
    for (const candidate of tried) {
      const score = await fit(train, learnt, candidate.cost);
      candidate.accuracy += topKAccuracy(score(test), targets, 1) / folds;
    }
  }
  const best = tried.reduce((best, next) => (next.accuracy > best.accuracy + rounding ? next : best));
  return { cost: best.cost, tried };
}

/** Fold of each row. The rows of each class are shuffled and dealt out to the folds, one class after the other. */
export function stratifiedFolds(labels: Int32Array, folds: number): Int32Array {
  const order = RandomStream.fromSeed('folds').permutation(labels.length);
  const byClass = [...order].sort((a, b) => labels[a] - labels[b]);
  const fold = new Int32Array(labels.length);
  byClass.forEach((row, place) => (fold[row] = place % folds));
  return fold;
}

/** Sums of equal accuracies may differ by this much. */
const rounding = 1e-9;

function rowsWhere(fold: Int32Array, condition: (own: number) => boolean): Int32Array {
  return Int32Array.from(fold.keys()).filter((row) => condition(fold[row]));
}
