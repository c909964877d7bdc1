import { type LerpFactors, lerp } from '../tensor/lerp';
import { tf } from '../tensor/native';

/*
 * B batch, O outputs of the head.
 */

/**
 * Teacher distribution: softmax((t - centre) / tau_t) (docs/method.md, section 6).
 *
 * @param outputs `[B, O]`
 * @param centre `[1, O]`
 *
 * @example
 * ```ts
 * import { teacherDistribution, tf } from 'xkd';
 *
 * const [plain, centred] = tf.tidy(() => {
 *   const outputs = tf.tensor2d([Math.log(3), 0], [1, 2]);
 *   const centres = [tf.zeros([1, 2]), outputs];
 *   return centres.map((centre) => teacherDistribution(outputs, centre, 1).dataSync()[0].toFixed(2));
 * });
 * // Centring: an output that is as high as usual no longer stands out.
 * console.log(plain, centred); // 0.75 0.50
 * ```
 */
export function teacherDistribution(
  outputs: tf.Tensor2D,
  centre: tf.Tensor,
  temperature: number | tf.Scalar,
): tf.Tensor2D {
  return tf.softmax(tf.div(tf.sub(outputs, centre), temperature)) as tf.Tensor2D;
}

/**
 * L_kd in one direction: cross-entropy of the teacher's distribution and log-softmax(s / tau_s), averaged over the batch
 * and over the student's views.
 *
 * @param teacher distribution `[B, O]`, without gradient
 * @param studentViews outputs for V views, concatenated along the batch axis `[V B, O]`
 *
 * @example
 * ```ts
 * import { distillationLoss, tf } from 'xkd';
 *
 * const loss = tf.tidy(() => {
 *   const teacher = tf.tensor2d([1, 0], [1, 2]); // All mass on the first output.
 *   const student = tf.tensor2d([0, 0], [1, 2]); // Half on each, so the loss is log 2.
 *   return distillationLoss(teacher, student, 0.1).arraySync();
 * });
 * console.log(loss.toFixed(4)); // 0.6931
 * ```
 */
export function distillationLoss(
  teacher: tf.Tensor2D,
  studentViews: tf.Tensor2D,
  temperature: number | tf.Scalar,
): tf.Scalar {
  const views = studentViews.shape[0] / teacher.shape[0];
  const logProbabilities = tf.logSoftmax(tf.div(studentViews, temperature)); // [V B, O]
  const crossEntropy = tf.neg(tf.sum(tf.mul(tf.tile(teacher, [views, 1]), logProbabilities), -1)); // [V B]
  return tf.mean(crossEntropy) as tf.Scalar;
}

/**
 * Centre after a step: momentum centre + (1 - momentum) batch mean, `[1, O]`.
 *
 * @example
 * ```ts
 * import { nextCentre, tf } from 'xkd';
 *
 * const centre = tf.tidy(() => {
 *   const outputs = tf.tensor2d([2, 0, 6, 8], [2, 2]); // Batch mean [4, 4]
 *   return nextCentre(tf.zeros([1, 2]), outputs, { keep: 0.75, take: 0.25 }).arraySync();
 * });
 * console.log(centre); // [ [ 1, 1 ] ]
 * ```
 */
export function nextCentre(centre: tf.Tensor, teacherOutputs: tf.Tensor2D, momentum: LerpFactors): tf.Tensor {
  return lerp(centre, tf.mean(teacherOutputs, 0, true), momentum);
}

/**
 * Mean entropy of distributions `[B, O]` in nats: log(O) if uniform, 0 if all mass is on one output.
 *
 * @example
 * ```ts
 * import { meanEntropy, tf } from 'xkd';
 *
 * // Uniform over two outputs: log 2. With all mass on one output, it is 0.
 * const distribution = tf.tensor2d([0.5, 0.5], [1, 2]);
 * console.log(tf.tidy(() => meanEntropy(distribution).arraySync()).toFixed(4)); // 0.6931
 * distribution.dispose();
 * ```
 */
export function meanEntropy(distribution: tf.Tensor2D): tf.Scalar {
  const logs = tf.log(tf.maximum(distribution, 1e-30));
  return tf.neg(tf.mean(tf.sum(tf.mul(distribution, logs), -1))) as tf.Scalar;
}
