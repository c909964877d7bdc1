/* Vectors of several problems, concatenated in one array: `[P, size]`. */

/** The vector of problem i, as a view. */
export function row(vectors: Float64Array, i: number, size: number): Float64Array {
  return vectors.subarray(i * size, (i + 1) * size);
}

/** The vectors of the given problems, as a copy. */
export function rows(vectors: Float64Array, chosen: readonly number[], size: number): Float64Array {
  const picked = new Float64Array(chosen.length * size);
  chosen.forEach((from, to) => picked.set(row(vectors, from, size), to * size));
  return picked;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

export function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** Adds a multiple of a vector to another. */
export function add(into: Float64Array, factor: number, vector: Float64Array): void {
  for (let j = 0; j < into.length; j++) into[j] += factor * vector[j];
}
