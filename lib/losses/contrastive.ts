import { unitRows } from '../nn';
import { tf } from '../tensor/native';

/**
 * Symmetric InfoNCE of two sets of vectors with matching rows (van den Oord et al., "Representation Learning
 * with Contrastive Predictive Coding", 2018; both directions as in CLIP, Radford et al., 2021). With rows of unit length and
 * s_ij = x_i y_j / temperature: the mean over i of -log softmax_j(s_ij) and -log softmax_i(s_ij) at j = i, in nats.
 *
 * It is log B if all similarities are equal, and near 0 if each row is by far nearest to its counterpart. For a single
 * row, which has no others to be compared with, it is 0, without a gradient.
 *
 * @param x `[B, D]`
 * @param y `[B, D]`; row i belongs to the same clip as row i of x
 * @param temperature above 0; the lower it is, the more the nearest of the other rows count
 * @returns the mean of both directions
 *
 * @example
 * ```ts
 * import { infoNce, tf } from 'xkd';
 *
 * const [matching, equal] = tf.tidy(() => {
 *   const x = tf.eye(4); // Four clips with orthogonal features.
 *   return [x, tf.ones<tf.Rank.R2>([4, 4])].map((y) => infoNce(x, y, 0.1).arraySync().toFixed(3));
 * });
 * // If all similarities are equal, nothing tells the four clips apart: log 4.
 * console.log(matching, equal); // 0.000 1.386
 * ```
 */
export function infoNce(x: tf.Tensor2D, y: tf.Tensor2D, temperature: number | tf.Scalar): tf.Scalar {
  const cosines = tf.matMul(unitRows(x) as tf.Tensor2D, unitRows(y) as tf.Tensor2D, false, true); // [B, B]
  const similarities = tf.div(cosines, temperature) as tf.Tensor2D;
  const forward = tf.logSoftmax(similarities); // [B, B]
  const backward = tf.logSoftmax(tf.transpose(similarities)); // [B, B]
  const own = tf.mul(tf.add(forward, backward), tf.eye(x.shape[0]));
  return tf.div(tf.neg(tf.sum(own)), 2 * x.shape[0]) as tf.Scalar;
}
