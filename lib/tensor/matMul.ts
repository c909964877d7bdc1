import { tf } from './native';
import { hasNativeOps, runOp } from './runOp';

/**
 * Product of two matrices through the library's two-dimensional `MatMul`, which is faster in single precision
 * than the batched product that `tf.matMul` records. No gradient of its own: callers define theirs.
 *
 * @param a `[n, k]`, or `[k, n]` when `transposeA`
 * @param b `[k, m]`, or `[m, k]` when `transposeB`
 * @returns `[n, m]`
 */
export function matMul2d(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA = false,
  transposeB = false,
): tf.Tensor2D {
  if (!hasNativeOps()) return tf.matMul(a, b, transposeA, transposeB);
  return runOp('MatMul', [a, b], {
    transpose_a: transposeA,
    transpose_b: transposeB,
    T: 'float32',
  }) as tf.Tensor2D;
}
