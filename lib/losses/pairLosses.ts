import { tf } from '../tensor/native';

/*
 * N clips, O outputs of the head.
 */

/** Distillation losses in nats, for outputs of matching and of non-matching clips. */
export interface PairLosses {
  readonly own: number;
  readonly others: number;
}

/**
 * Measures how well a student's outputs identify *which* clip the teacher saw: the loss against the teacher's output for
 * the same clip, and the mean loss against its outputs for all other clips. If they are equal, the student has learnt the
 * teacher's average output, and nothing specific to this clip.
 *
 * @param teacher distributions `[N, O]`
 * @param students outputs for the same clips in the other modality `[N, O]`, N at least 2
 */
export function pairLosses(teacher: tf.Tensor2D, students: tf.Tensor2D, temperature: number): PairLosses {
  const [clips] = teacher.shape;
  let [own, sum] = [0, 0];
  tf.tidy(() => {
    const logProbabilities = tf.logSoftmax(tf.div(students, temperature)); // [N, O]
    const losses = tf.neg(tf.matMul(teacher, logProbabilities, false, true)); // [N, N]
    [sum] = tf.sum(losses).dataSync();
    [own] = tf.sum(tf.mul(losses, tf.eye(clips))).dataSync();
  });
  return { own: own / clips, others: (sum - own) / (clips * (clips - 1)) };
}
