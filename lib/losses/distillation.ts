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

/** Centre after a step: momentum centre + (1 - momentum) batch mean, `[1, O]`. */
export function nextCentre(centre: tf.Tensor, teacherOutputs: tf.Tensor2D, momentum: LerpFactors): tf.Tensor {
  return lerp(centre, tf.mean(teacherOutputs, 0, true), momentum);
}

/** Mean entropy of distributions `[B, O]` in nats: log(O) if uniform, 0 if all mass is on one output. */
export function meanEntropy(distribution: tf.Tensor2D): tf.Scalar {
  const logs = tf.log(tf.maximum(distribution, 1e-30));
  return tf.neg(tf.mean(tf.sum(tf.mul(distribution, logs), -1))) as tf.Scalar;
}
