import { RandomStream } from '../random';
import { selectRows, type FeatureMatrix } from './featureMatrix';
import { topKAccuracy } from './metrics';

/** Fits a classifier; its result scores features, one column per class. */
export type Fit = (
  features: FeatureMatrix,
  labels: Int32Array,
  cost: number,
) => (features: FeatureMatrix) => FeatureMatrix;

export interface CostChoice {
  readonly cost: number;
  /** Mean top-1 accuracy over the folds, per cost tried. */
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
 * Chooses the cost by cross-validation: every fold in turn is predicted by a classifier of the others. Folds
 * hold the same share of each class and are always the same. Of equal costs the smallest is taken.
 */
export function chooseCost({ fit, features, labels, costs, folds }: CostSearch): CostChoice {
  const fold = stratifiedFolds(labels, folds);
  const tried = costs.map((cost) => ({ cost, accuracy: 0 }));
  for (let held = 0; held < folds; held++) {
    const inside = rowsWhere(fold, (own) => own !== held);
    const outside = rowsWhere(fold, (own) => own === held);
    const train = selectRows(features, inside);
    const test = selectRows(features, outside);
    const targets = outside.map((row) => labels[row]);
    for (const candidate of tried) {
      const score = fit(train, inside.map((row) => labels[row]), candidate.cost); // prettier-ignore
      candidate.accuracy += topKAccuracy(score(test), targets, 1) / folds;
    }
  }
  const best = tried.reduce((best, next) => (next.accuracy > best.accuracy + rounding ? next : best));
  return { cost: best.cost, tried };
}

/** The fold of each row: rows of a class are dealt out in random order, one class after the other. */
export function stratifiedFolds(labels: Int32Array, folds: number): Int32Array {
  const order = RandomStream.fromSeed('folds').permutation(labels.length);
  const byClass = [...order].sort((a, b) => labels[a] - labels[b]);
  const fold = new Int32Array(labels.length);
  byClass.forEach((row, place) => (fold[row] = place % folds));
  return fold;
}

/** Sums of equal accuracies may differ by this. */
const rounding = 1e-9;

function rowsWhere(fold: Int32Array, condition: (own: number) => boolean): Int32Array {
  return Int32Array.from(fold.keys()).filter((row) => condition(fold[row]));
}
