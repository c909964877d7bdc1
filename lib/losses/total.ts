import { type LossName, lossesInTotal } from '../config/lossTable';
import { tf } from '../tensor/native';

/** Shares of the losses in the total. */
export type LossShares<N = number | tf.Scalar> = Readonly<Record<LossName, N>>;

/**
 * Weights divided by their sum (docs/method.md, section 6).
 *
 * @example
 * ```ts
 * import { lossShares } from 'xkd';
 *
 * const shares = lossShares({ alignment: 1, distillation: 1, reconstruction: 2 });
 * console.log(shares.alignment, shares.distillation, shares.reconstruction); // 0.25 0.25 0.5
 * ```
 */
export function lossShares(weights: LossShares<number>): LossShares<number> {
  const sum = lossesInTotal.reduce((total, name) => total + weights[name], 0);
  return ofEachLoss((name) => weights[name] / sum);
}

/**
 * Total loss: the sum of the losses, each multiplied by its share.
 *
 * @example
 * ```ts
 * import { lossShares, tf, totalLoss } from 'xkd';
 *
 * const total = tf.tidy(() => {
 *   const losses = { alignment: tf.scalar(4), distillation: tf.scalar(8), reconstruction: tf.scalar(1) };
 *   return totalLoss(lossShares({ alignment: 1, distillation: 1, reconstruction: 2 }), losses).arraySync();
 * });
 * console.log(total); // 3.5
 * ```
 */
export function totalLoss(shares: LossShares, losses: LossShares<tf.Scalar>): tf.Scalar {
  return tf.addN(lossesInTotal.map((name) => tf.mul(losses[name], shares[name]))) as tf.Scalar;
}

/** One value per loss, created in the order of the total. Gradients are summed in the reverse order. */
export function ofEachLoss<T>(value: (name: LossName) => T): Readonly<Record<LossName, T>> {
  return Object.fromEntries(lossesInTotal.map((name) => [name, value(name)])) as Record<LossName, T>;
}
