import type { FeatureMatrix } from '../eval';
import { RandomStream } from '../random';

const iterations = 60;

/**
 * The two directions in which features vary most (principal components, by power iteration), and each row's place
 * in that plane.
 *
 * @returns `[rows, 2]`, row by row
 */
export function principalPlane({ data, rows, columns }: FeatureMatrix): Float32Array {
  const centred = Float64Array.from(data);
  for (let j = 0; j < columns; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += data[i * columns + j] / rows;
    for (let i = 0; i < rows; i++) centred[i * columns + j] -= mean;
  }
  const random = RandomStream.fromSeed('principal plane');
  const first = mainDirection(centred, columns, random, null);
  const second = mainDirection(centred, columns, random, first);
  const plane = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      plane[2 * i] += centred[i * columns + j] * first[j];
      plane[2 * i + 1] += centred[i * columns + j] * second[j];
    }
  }
  return plane;
}

/** The unit vector v with the largest |X v|, at right angles to `besides`. */
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
