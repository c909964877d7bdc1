import { tf } from '../tensor/native';
import { matMul2d } from '../tensor/matMul';

/**
 * Linear layer y = x W^T + b on the last axis.
 *
 * @param x `[..., in]`
 * @param weight `[out, in]`, as in PyTorch
 * @param bias `[out]`
 * @returns `[..., out]`
 *
 * @example
 * ```ts
 * import { linear, tf } from 'xkd';
 *
 * const y = tf.tidy(() => {
 *   const x = tf.tensor2d([1, 2], [1, 2]);
 *   const weight = tf.tensor2d([1, 1, 0, 3], [2, 2]); // A row per output, as in PyTorch.
 *   return linear(x, weight, tf.tensor1d([10, 20])).arraySync();
 * });
 * console.log(y); // [ [ 13, 26 ] ]
 * ```
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const inputs = x.shape[x.shape.length - 1];
  const rows = tf.reshape(x, [-1, inputs]) as tf.Tensor2D; // [rows, in]
  const product = rowsTimesTransposed(rows, weight as tf.Tensor2D); // [rows, out]
  const y = bias === undefined ? product : tf.add(product, bias);
  return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[0]]); // [..., out]
}

/** x W^T with both gradients as plain matrix products: dx = dy W, dW = dy^T x. */
const rowsTimesTransposed = (x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D =>
  tf.customGrad((a, b, save) => {
    const rows = a as tf.Tensor2D;
    const matrix = b as tf.Tensor2D;
    (save as tf.GradSaveFunc)([rows, matrix]);
    return {
      value: matMul2d(rows, matrix, false, true),
      gradFunc: (dy, saved) => {
        const [savedRows, savedMatrix] = saved as tf.Tensor2D[];
        const upstream = dy as tf.Tensor2D;
        return [matMul2d(upstream, savedMatrix), matMul2d(upstream, savedRows, true, false)];
      },
    };
  })(x, weight) as tf.Tensor2D;
