import type { FeatureMatrix } from 'xkd/dist/eval/featureMatrix';
import { RandomStream } from 'xkd/dist/random';

/** Labelled features similar to those of a backbone: means far from 0, few dominant directions, overlapping classes. */
export interface LabelledRows {
  readonly features: FeatureMatrix;
  readonly labels: Int32Array;
}

/** Returns a function that draws training and test rows from one distribution. */
export function drawFeatures(columns: number, classes: number): (rows: number) => LabelledRows {
  const random = RandomStream.fromSeed(`features ${columns} ${classes}`);
  const means = Float32Array.from({ length: columns }, () => random.normal());
  const scales = Float32Array.from({ length: columns }, (_, j) => 0.35 * Math.exp(-j / 200));
  const centres = Float32Array.from({ length: classes * columns }, () => random.normal(0, 0.25));
  // Drawing each value separately would take longer than the fit.
  const pool = Float32Array.from({ length: 2 ** 20 }, () => random.normal());
  return (rows) => {
    const data = new Float32Array(rows * columns);
    const labels = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const own = (labels[row] = random.integer(0, classes));
      for (let j = 0; j < columns; j++) {
        const noise = pool[random.integer(0, pool.length)];
        data[row * columns + j] = means[j] + scales[j] * (centres[own * columns + j] + noise);
      }
    }
    return { features: { data, rows, columns }, labels };
  };
}
