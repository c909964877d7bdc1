import { tf } from '../tensor/native';

/**
 * Cross-entropy with soft targets: -sum of t log softmax(x) over the classes, mean over the batch.
 *
 * @param logits x `[B, K]`
 * @param targets t `[B, K]`, rows sum to 1
 */
export function softCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1))) as tf.Scalar;
}

/**
 * Binary cross-entropy of each class separately, for clips of several classes: -t log s(x) - (1 - t) log(1 - s(x)) with the
 * logistic function s, averaged over classes and batch; equal to log(1 + e^x) - t x.
 *
 * @param logits x `[B, K]`
 * @param targets t in [0, 1] `[B, K]`
 */
export function binaryCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(targets, logits)));
}
