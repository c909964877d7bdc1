import { computeValues } from '../../tensor/computeValues';
import { matMul2d } from '../../tensor/matMul';
import { tf } from '../../tensor/native';

/**
 * The inverse of I + 2 cost X^T X, which is what the Hessian of every problem would be if all rows pressed on its
 * margin: there conjugate gradients end after one step, and elsewhere after few.
 */
export class Preconditioner {
  private readonly inverseFactor: tf.Tensor2D;
  private readonly size: number;

  /** @param gram X^T X, `[size, size]` */
  constructor(gram: Float64Array, cost: number) {
    this.size = Math.sqrt(gram.length);
    const matrix = gram.map((value) => 2 * cost * value);
    for (let i = 0; i < this.size; i++) matrix[i * this.size + i] += 1;
    const inverse = Float32Array.from(invertTriangle(factorise(matrix, this.size), this.size));
    this.inverseFactor = tf.tensor2d(inverse, [this.size, this.size]);
  }

  /**
   * Its product with some vectors, one in each row. Squared from one factor, it stays positive definite whatever the
   * rounding.
   */
  apply(vectors: Float64Array): Float64Array {
    const count = vectors.length / this.size;
    const values = computeValues(() => {
      const rows = tf.tensor2d(Float32Array.from(vectors), [count, this.size]);
      const half = matMul2d(rows, this.inverseFactor, false, true); // [count, size]
      return matMul2d(half, this.inverseFactor); // [count, size]
    });
    return Float64Array.from(values);
  }

  dispose(): void {
    this.inverseFactor.dispose();
  }
}

/** The lower triangle L with L L^T = matrix (Cholesky), in place. */
export function factorise(matrix: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    const own = matrix.subarray(i * size, (i + 1) * size);
    for (let j = 0; j <= i; j++) {
      const other = matrix.subarray(j * size, (j + 1) * size);
      const sum = own[j] - dotOf(own, other, j);
      // Above 0 but for rounding: the matrix has eigenvalues of 1 and more.
      own[j] = i === j ? Math.sqrt(Math.max(sum, 1)) : sum / other[j];
    }
  }
  return matrix;
}

/** Product of the first values of two rows, in four sums, since each addition would else wait for the one before. */
function dotOf(left: Float64Array, right: Float64Array, count: number): number {
  const blocked = count - (count % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let k = 0; k < blocked; k += 4) {
    a += left[k] * right[k];
    b += left[k + 1] * right[k + 1];
    c += left[k + 2] * right[k + 2];
    d += left[k + 3] * right[k + 3];
  }
  for (let k = blocked; k < count; k++) a += left[k] * right[k];
  return a + b + (c + d);
}

/** The inverse of a lower triangle. */
export function invertTriangle(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    // Row i of L times the inverse is the unit vector: rows above are known.
    for (let k = 0; k < i; k++) {
      const factor = lower[i * size + k];
      const above = inverse.subarray(k * size, k * size + k + 1);
      for (let j = 0; j <= k; j++) row[j] -= factor * above[j];
    }
    const diagonal = lower[i * size + i];
    for (let j = 0; j < i; j++) row[j] /= diagonal;
    row[i] = 1 / diagonal;
  }
  return inverse;
}
