import { normaliseRows, standardiseRows } from '../tensor/normaliseRows';
import type { tf } from '../tensor/native';

/** PyTorch's default, used throughout the release. */
export const layerNormEpsilon = 1e-5;

/**
 * Layer normalisation over the last axis, scaled and shifted.
 *
 * @param x `[..., D]`
 * @param scale `[D]`
 * @param shift `[D]`
 */
export function layerNorm(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  epsilon: number = layerNormEpsilon,
): tf.Tensor {
  return normaliseRows(x, scale, shift, epsilon);
}

/** Layer normalisation without scale and shift: (x - mean) / sqrt(variance + epsilon) over the last axis. */
export function standardise(x: tf.Tensor, epsilon: number = layerNormEpsilon): tf.Tensor {
  return standardiseRows(x, epsilon);
}
