import { tf } from './native';

/** Factors of a moving average. The second is 1 minus the first, computed in double precision. */
export interface LerpFactors<N = number | tf.Scalar> {
  readonly keep: N;
  readonly take: N;
}

export function lerpFactors(momentum: number): LerpFactors<number> {
  return { keep: momentum, take: 1 - momentum };
}

/** keep old + take fresh. */
export function lerp(old: tf.Tensor, fresh: tf.Tensor, { keep, take }: LerpFactors): tf.Tensor {
  return tf.add(tf.mul(old, keep), tf.mul(fresh, take));
}
