import { tf } from '../tensor/native';

/** Parts that the three losses have in the total. */
export interface LossShares<N = number | tf.Scalar> {
  readonly alignment: N;
  readonly distillation: N;
  readonly reconstruction: N;
}

/** Weights divided by their sum (docs/method.md, section 6). */
export function lossShares({
  alignment,
  distillation,
  reconstruction,
}: LossShares<number>): LossShares<number> {
  const sum = alignment + distillation + reconstruction;
  return {
    alignment: alignment / sum,
    distillation: distillation / sum,
    reconstruction: reconstruction / sum,
  };
}

/** Total loss: the sum of its terms, each with its share. */
export function totalLoss(shares: LossShares, terms: LossShares<tf.Scalar>): tf.Scalar {
  return tf.addN([
    tf.mul(terms.alignment, shares.alignment),
    tf.mul(terms.distillation, shares.distillation),
    tf.mul(terms.reconstruction, shares.reconstruction),
  ]) as tf.Scalar;
}
