import type { XkdConfig } from '../config';
import { tf } from '../tensor/native';

/** Total loss: terms weighted by the configuration, divided by the sum of the weights (method section 6). */
export function totalLoss(
  weights: XkdConfig['loss'],
  terms: { alignment: tf.Scalar; distillation: tf.Scalar; reconstruction: tf.Scalar },
): tf.Scalar {
  const sum = weights.alignment + weights.distillation + weights.reconstruction;
  return tf.addN([
    tf.mul(terms.alignment, weights.alignment / sum),
    tf.mul(terms.distillation, weights.distillation / sum),
    tf.mul(terms.reconstruction, weights.reconstruction / sum),
  ]) as tf.Scalar;
}
