import { tf } from '../tensor/native';

/** Smallest norm that is divided by, as in PyTorch's `normalize`. */
const smallestNorm = 1e-12;

/** Rows divided by their L2 norm: `[..., D]`. */
export function unitRows(x: tf.Tensor): tf.Tensor {
  const norm = tf.sqrt(tf.sum(tf.square(x), -1, true));
  return tf.div(x, tf.maximum(norm, smallestNorm));
}
