import type { FeatureMatrix } from '../eval';
import { RandomStream } from '../random';

const iterations = 60;

/** A plane in feature space: its origin, and two directions of length 1. */
export interface Plane {
  readonly mean: Float64Array;
  readonly directions: readonly [Float64Array, Float64Array];
}

/**
 * The two directions in which features vary most (principal components, by power iteration), and each row's
 * coordinates in that plane.
 *
 * @returns `[rows, 2]`, row by row
 */
export function principalPlane(features: FeatureMatrix): Float32Array {
  return placesIn(planeOf(features), features);
}

/**
 * The plane through the mean of the features of one or more matrices, along the two directions in which they
 * vary most.
 */
export function planeOf(...matrices: readonly FeatureMatrix[]): Plane {
  const [{ columns }] = matrices;
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const centred = Float64Array.from(matrices.flatMap(({ data }) => Array.from(data)));
  const mean = new Float64Array(columns);
  for (let i = 0; i < centred.length; i++) mean[i % columns] += centred[i] / rows;
  for (let i = 0; i < centred.length; i++) centred[i] -= mean[i % columns];
  const random = RandomStream.fromSeed('principal plane');
  const first = mainDirection(centred, columns, random, null);
  return { mean, directions: [first, mainDirection(centred, columns, random, first)] };
}

/** Coordinates of features in a plane, which may be that of other features: `[rows, 2]`, row by row. */
export function placesIn({ mean, directions }: Plane, { data, rows, columns }: FeatureMatrix): Float32Array {
  const places = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = data[i * columns + j] - mean[j];
      places[2 * i] += value * directions[0][j];
      places[2 * i + 1] += value * directions[1][j];
    }
  }
  return places;
}

/** The unit vector v with the largest |X v|, orthogonal to `besides`. */
function mainDirection(
  x: Float64Array,
  columns: number,
  random: RandomStream,
  besides: Float64Array | null,
): Float64Array {
  let v: Float64Array = Float64Array.from({ length: columns }, () => random.normal());
  for (let k = 0; k < iterations; k++) {
    const next = new Float64Array(columns); // X^T X v
    for (let start = 0; start < x.length; start += columns) {
      let along = 0;
      for (let j = 0; j < columns; j++) along += x[start + j] * v[j];
      for (let j = 0; j < columns; j++) next[j] += along * x[start + j];
    }
    if (besides) {
      const share = next.reduce((sum, value, j) => sum + value * besides[j], 0);
      for (let j = 0; j < columns; j++) next[j] -= share * besides[j];
    }
    const length = Math.hypot(...next) || 1;
    v = next.map((value) => value / length);
  }
  return v;
}
