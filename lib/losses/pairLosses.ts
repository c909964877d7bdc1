import { tf } from '../tensor/native';

/*
 * N clips, O outputs of the head.
 */

/** The distillation loss of answers to clips that belong together, and to clips that don't, in nats. */
export interface PairLosses {
  readonly own: number;
  readonly others: number;
}

/**
 * What a student's answers say about *which* clip the teacher saw: the loss against the teacher's answer to the same
 * clip, and the mean of the losses against its answers to all other clips. Where they are equal, the student has learnt
 * what the teacher says in general, and nothing of what it says of this clip.
 *
 * @param teacher distributions `[N, O]`
 * @param students outputs to the same clips in the other modality `[N, O]`, N at least 2
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
