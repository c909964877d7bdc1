import { tf } from '../tensor/native';

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
  return tf.add(tf.mul(standardise(x, epsilon), scale), shift);
}

/** Layer normalisation without scale and shift: (x - mean) / sqrt(variance + epsilon) over the last axis. */
export function standardise(x: tf.Tensor, epsilon: number = layerNormEpsilon): tf.Tensor {
  return tf.customGrad((input, save) => {
    const centred = tf.sub(input as tf.Tensor, tf.mean(input as tf.Tensor, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // [..., 1]
    const value = tf.mul(centred, inverse);
    (save as tf.GradSaveFunc)([value, inverse]);
    return { value, gradFunc: (dy, saved) => standardiseGradient(dy as tf.Tensor, saved) };
  })(x);
}

/** dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon). */
function standardiseGradient(dy: tf.Tensor, [value, inverse]: tf.Tensor[]): tf.Tensor {
  const along = tf.mul(value, tf.mean(tf.mul(dy, value), -1, true));
  return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, -1, true)), along), inverse);
}
