import { tf } from '../tensor/native';

/** Lower bound of the norm in the division, as in PyTorch's `normalize`. */
const smallestNorm = 1e-12;

/** Divides each row by its L2 norm: `[..., D]`. */
export function unitRows(x: tf.Tensor): tf.Tensor {
  const norm = tf.sqrt(tf.sum(tf.square(x), -1, true));
  return tf.div(x, tf.maximum(norm, smallestNorm));
}
