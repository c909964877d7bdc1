import { tf } from '../tensor/native';

/**
 * Widths of the Gaussian kernels (docs/method.md, section 6).
 *
 * @example
 * ```ts
 * import { mmdGammas } from 'xkd';
 *
 * // Kernels of two vectors at distance 1. Where they are near 1 or 0, they barely depend on the distance.
 * const kernels = mmdGammas.map((gamma) => Math.exp(-gamma).toFixed(2));
 * console.log(kernels.join(' ')); // 1.00 0.99 0.90 0.37 0.00 0.00 0.00
 * ```
 */
export const mmdGammas = [1e-3, 1e-2, 0.1, 1, 10, 100, 1000] as const;

/** Maximum number of values in one block of row differences; more rows are split into several blocks. */
const blockValues = 2 ** 23;

/**
 * Maximum mean discrepancy between two sets of vectors (docs/method.md, section 6):
 * mean k(x, x) + mean k(y, y) - 2 mean k(x, y), with k(a, b) the sum over gamma of exp(-gamma |a - b|^2).
 *
 * @param x `[n, D]`
 * @param y `[m, D]`
 * @param gammas one or several kernel widths; default: all, as in the loss
 *
 * @example
 * ```ts
 * import { mmd, tf } from 'xkd';
 *
 * // One vector on each side, at distance 1, and one kernel: 1 + 1 - 2 exp(-1).
 * const distance = tf.tidy(() => mmd(tf.tensor2d([[0]]), tf.tensor2d([[1]]), [1]).arraySync());
 * console.log(distance.toFixed(4)); // 1.2642
 * ```
 */
export function mmd(x: tf.Tensor2D, y: tf.Tensor2D, gammas: readonly number[] = mmdGammas): tf.Scalar {
  const within = tf.add(meanKernel(x, x, gammas), meanKernel(y, y, gammas));
  return tf.sub(within, tf.mul(meanKernel(x, y, gammas), 2));
}

function meanKernel(x: tf.Tensor2D, y: tf.Tensor2D, gammas: readonly number[]): tf.Scalar {
  const distances = squaredDistances(x, y); // [n, m]
  const exponents = tf.mul(tf.expandDims(distances, -1), tf.tensor1d(gammas.map((gamma) => -gamma)));
  return tf.div(tf.sum(tf.exp(exponents)), distances.size);
}

/**
 * Squared distances of all pairs of rows, computed from differences: exact for rows that are close, and 0 on the diagonal.
 * The release expands |x|^2 + |y|^2 - 2 x y and clamps at 1e-30, where rounding errors are multiplied by gamma = 1000.
 *
 * @returns `[n, m]`
 */
function squaredDistances(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  return tf.customGrad((a, b, save) => {
    const rows = a as tf.Tensor2D;
    const columns = b as tf.Tensor2D;
    (save as tf.GradSaveFunc)([rows, columns]);
    const parts = blocks(rows, columns).map((difference) => tf.sum(tf.square(difference()), -1));
    return {
      value: tf.concat(parts, 0),
      gradFunc: (dy, saved) => distanceGradients(dy as tf.Tensor2D, saved as tf.Tensor2D[]),
    };
  })(x, y) as tf.Tensor2D;
}

/** d|x_i - y_j|^2 = 2 (x_i - y_j) (dx_i - dy_j). */
function distanceGradients(dy: tf.Tensor2D, [x, y]: tf.Tensor2D[]): tf.Tensor[] {
  let row = 0;
  const forX: tf.Tensor[] = [];
  let forY: tf.Tensor = tf.zerosLike(y);
  for (const difference of blocks(x, y)) {
    const values = difference(); // [block, m, D]
    const upstream = tf.slice(dy, [row, 0], [values.shape[0], -1]); // [block, m]
    const weighted = tf.mul(values, tf.expandDims(tf.mul(upstream, 2), -1)); // [block, m, D]
    forX.push(tf.sum(weighted, 1));
    forY = tf.sub(forY, tf.sum(weighted, 0));
    row += values.shape[0];
  }
  return [tf.concat(forX, 0), forY];
}

/** Differences x_i - y_j for a few rows of x at a time, computed on demand: `[block, m, D]`. */
function blocks(x: tf.Tensor2D, y: tf.Tensor2D): (() => tf.Tensor3D)[] {
  const [rows, width] = x.shape;
  const perBlock = Math.max(1, Math.floor(blockValues / (y.shape[0] * width)));
  return Array.from({ length: Math.ceil(rows / perBlock) }, (_, i) => () => {
    const from = i * perBlock;
    const part = tf.slice(x, [from, 0], [Math.min(perBlock, rows - from), -1]);
    return tf.sub(tf.expandDims(part, 1), tf.expandDims(y, 0));
  });
}
