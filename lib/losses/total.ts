import { type LossName, lossesInTotal } from '../config/lossTable';
import { tf } from '../tensor/native';

/** Parts that the losses have in the total. */
export type LossShares<N = number | tf.Scalar> = Readonly<Record<LossName, N>>;

/** Weights divided by their sum (docs/method.md, section 6). */
export function lossShares(weights: LossShares<number>): LossShares<number> {
  const sum = lossesInTotal.reduce((total, name) => total + weights[name], 0);
  return ofEachLoss((name) => weights[name] / sum);
}

/** Total loss: the sum of the losses, each with its share. */
export function totalLoss(shares: LossShares, losses: LossShares<tf.Scalar>): tf.Scalar {
  return tf.addN(lossesInTotal.map((name) => tf.mul(losses[name], shares[name]))) as tf.Scalar;
}

/** A value for each loss, made in the order of the total: gradients are added up the other way round. */
export function ofEachLoss<T>(value: (name: LossName) => T): Readonly<Record<LossName, T>> {
  return Object.fromEntries(lossesInTotal.map((name) => [name, value(name)])) as Record<LossName, T>;
}
