import { computeValues } from '../../tensor/computeValues';
import { matMul2d } from '../../tensor/matMul';
import { tf } from '../../tensor/native';

/**
 * Inverse of I + 2 cost X^T X. This is the inverse Hessian of every problem if all rows lie within its margin. In that
 * case conjugate gradients end after one step, otherwise after few.
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
   * Multiplies vectors, one per row. Applied as one factor times its transpose, it stays positive definite despite
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

/** Cholesky factor: the lower triangular L with L L^T = matrix, computed in place. */
export function factorise(matrix: Float64Array, size: number): Float64Array {
  for (let i = 0; i < size; i++) {
    const own = matrix.subarray(i * size, (i + 1) * size);
    for (let j = 0; j <= i; j++) {
      const other = matrix.subarray(j * size, (j + 1) * size);
      const sum = own[j] - dotOf(own, other, j);
      // Positive except for rounding: the eigenvalues of the matrix are 1 or more.
      own[j] = i === j ? Math.sqrt(Math.max(sum, 1)) : sum / other[j];
    }
  }
  return matrix;
}

/**
 * Dot product of the first values of two rows. Uses four sums, because with a single one each addition would wait for
 * the one before.
 */
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

/** Inverse of a lower triangular matrix. */
export function invertTriangle(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    // Row i of L times the inverse is a unit vector, and the rows above are known.
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
