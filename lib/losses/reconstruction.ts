import { tf } from '../tensor/native';

/** Added to the variance of a patch before the square root (`norm_pix_loss`). */
const varianceEpsilon = 1e-6;

/**
 * Normalises the values of each patch with the unbiased variance (docs/method.md, section 3).
 *
 * @param patches `[..., P]`
 *
 * @example
 * ```ts
 * import { normalisePatches, tf } from 'xkd';
 *
 * // Mean 6; unbiased variance (16 + 0 + 16) / 2 = 16.
 * const values = tf.tidy(() => normalisePatches(tf.tensor2d([2, 6, 10], [1, 3])).dataSync());
 * console.log(Array.from(values, (value) => value.toFixed(3))); // [ '-1.000', '0.000', '1.000' ]
 * ```
 */
export function normalisePatches(patches: tf.Tensor): tf.Tensor {
  const { mean, deviation } = patchStatistics(patches);
  return tf.div(tf.sub(patches, mean), deviation);
}

/** Mean and deviation of each patch, to undo {@link normalisePatches}: `[..., 1]` each. */
export function patchStatistics(patches: tf.Tensor): { mean: tf.Tensor; deviation: tf.Tensor } {
  const values = patches.shape[patches.shape.length - 1];
  const mean = tf.mean(patches, -1, true);
  const variance = tf.div(tf.sum(tf.squaredDifference(patches, mean), -1, true), values - 1);
  return { mean, deviation: tf.sqrt(tf.add(variance, varianceEpsilon)) };
}

/**
 * L_ae of one modality: squared error, averaged over each patch and over the removed patches of the batch.
 *
 * @param predicted values of the removed patches `[B, R, P]`
 * @param patches true values of the same patches `[B, R, P]`
 *
 * @example
 * ```ts
 * import { reconstructionLoss, tf } from 'xkd';
 *
 * const loss = tf.tidy(() => {
 *   const patches = tf.tensor3d([2, 6, 10], [1, 1, 3]); // Normalised: -1, 0, 1
 *   return reconstructionLoss(tf.zeros([1, 1, 3]), patches).arraySync();
 * });
 * console.log(loss.toFixed(4)); // 0.6667
 * ```
 */
export function reconstructionLoss(predicted: tf.Tensor, patches: tf.Tensor): tf.Scalar {
  return tf.mean(tf.squaredDifference(predicted, normalisePatches(patches)));
}
