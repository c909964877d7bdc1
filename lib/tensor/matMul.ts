import { nodeBackend } from './backend';
import { tf } from './native';
import { hasNativeOps, runOp } from './runOp';

/**
 * Product of two matrices with the library's two-dimensional `MatMul`, which is faster in single precision than the
 * batched product recorded by `tf.matMul`. It has no gradient; callers define theirs.
 *
 * @param a `[n, k]`, or `[k, n]` if `transposeA`
 * @param b `[k, m]`, or `[m, k]` if `transposeB`
 * @returns `[n, m]`
 */
export function matMul2d(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA = false,
  transposeB = false,
): tf.Tensor2D {
  if (!hasNativeOps()) {
    return nodeBackend().product?.(a, b, transposeA, transposeB) ?? tf.matMul(a, b, transposeA, transposeB);
  }
  return runOp('MatMul', [a, b], {
    transpose_a: transposeA,
    transpose_b: transposeB,
    T: 'float32',
  }) as tf.Tensor2D;
}
