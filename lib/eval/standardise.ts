import type { FeatureMatrix } from './featureMatrix';

/** Mean and scale of each column, from the training rows only. */
export interface Standardisation {
  readonly mean: Float64Array;
  /** Standard deviation; 1 for a constant column. */
  readonly scale: Float64Array;
}

/** Mean and standard deviation of each column (of the population, as in scikit-learn's `StandardScaler`). */
export function fitStandardisation({ data, rows, columns }: FeatureMatrix): Standardisation {
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns] += data[i] / rows;
  for (let i = 0; i < data.length; i++) scale[i % columns] += (data[i] - mean[i % columns]) ** 2 / rows;
  // A column that varies less than float32 rounding is constant; dividing would only amplify noise.
  for (let j = 0; j < columns; j++) {
    const deviation = Math.sqrt(scale[j]);
    scale[j] = deviation > 1e-6 * Math.abs(mean[j]) ? deviation : 1;
  }
  return { mean, scale };
}

export function standardiseColumns(
  { data, rows, columns }: FeatureMatrix,
  { mean, scale }: Standardisation,
): FeatureMatrix {
  const result = data.map((value, i) => (value - mean[i % columns]) / scale[i % columns]);
  return { data: result, rows, columns };
}
