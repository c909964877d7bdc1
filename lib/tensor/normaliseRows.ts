import { nodeBackend } from './backend';
import { hasFusedOps } from './fusedOps';
import { tf } from './native';

/* Layer normalisation over the last axis D: its formula, and the fused op, which takes one pass. */

/**
 * (x - mean) / sqrt(variance + epsilon) scale + shift.
 *
 * @param x `[..., D]`
 * @param scale `[D]`
 * @param shift `[D]`
 */
export function normaliseRows(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, epsilon: number): tf.Tensor {
  if (hasFusedOps()) return fusedNormalise(x, scale, shift, epsilon);
  return composedNormalise(x, scale, shift, epsilon);
}

/** {@link normaliseRows} composed of single ops. */
export function composedNormalise(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  return tf.add(tf.mul(standardiseRows(x, epsilon), scale), shift);
}

/** (x - mean) / sqrt(variance + epsilon). */
export function standardiseRows(x: tf.Tensor, epsilon: number): tf.Tensor {
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

function fusedNormalise(x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.customGrad((...args) => {
    const save = args.pop() as tf.GradSaveFunc;
    const [rows, factor, summand] = args as tf.Tensor[];
    const inputs = [rows, factor, summand, tf.scalar(epsilon)];
    const [value, statistics] = nodeBackend().executeMultipleOutputs('XkdLayerNorm', [], inputs, 2);
    save([rows, statistics, factor]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nodeBackend().executeMultipleOutputs('XkdLayerNormGrad', [], [dy, ...saved], 3);
    return { value, gradFunc: (dy, saved) => gradFunc(dy as tf.Tensor, saved) };
  })(x, scale, shift);
}
