import { rowDot, type FeatureMatrix } from './featureMatrix';
import type { NewtonOptions } from './newton';

/** A linear score per class. K classes, D columns. */
export interface LinearModel {
  /** `[K, D]`, row-major. */
  readonly weights: Float64Array;
  /** `[K]` */
  readonly bias: Float64Array;
  /** The label of each class, ascending. */
  readonly classes: Int32Array;
  /** True if the optimum was reached to the requested tolerance. */
  readonly converged: boolean;
}

export interface LinearFitOptions extends Partial<NewtonOptions> {
  /** Weight of the errors against the penalty on large weights (`C` in scikit-learn and liblinear); above 0. */
  readonly cost: number;
}

/** Scores of a model, `[rows, K]`. */
export function decisionValues(model: LinearModel, features: FeatureMatrix): FeatureMatrix {
  const columns = model.classes.length;
  const data = new Float32Array(features.rows * columns);
  for (let row = 0; row < features.rows; row++) {
    for (let k = 0; k < columns; k++) {
      data[row * columns + k] = rowDot(features, row, model.weights, k * features.columns) + model.bias[k];
    }
  }
  return { data, rows: features.rows, columns };
}

/** The distinct labels, ascending. */
export function distinctLabels(labels: Int32Array): Int32Array {
  return Int32Array.from(new Set(labels)).sort();
}

/** Checks that there are a label per row and at least two classes. Callers check what users pass in. */
export function checkFit(features: FeatureMatrix, labels: Int32Array, { cost }: LinearFitOptions): void {
  if (labels.length !== features.rows) throw new Error(`${labels.length} labels for ${features.rows} rows`);
  if (distinctLabels(labels).length < 2) throw new Error('a classifier needs at least two classes');
  if (!(cost > 0)) throw new Error(`cost ${cost} is not above 0`);
}
