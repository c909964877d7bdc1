import type { NdArray } from './types';

/** Puts equal-sized arrays one after the other: `[B, ...shape]`. */
export function stack(arrays: readonly Float32Array[], shape: readonly number[]): NdArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float32Array(arrays.length * size);
  arrays.forEach((array, i) => data.set(array, i * size));
  return { data, shape: [arrays.length, ...shape] };
}
