import { tf } from './native';

/** Factors of a moving average. The second one is 1 minus the first, taken in double precision. */
export interface BlendFactors<N = number | tf.Scalar> {
  readonly keep: N;
  readonly take: N;
}

export function blendFactors(momentum: number): BlendFactors<number> {
  return { keep: momentum, take: 1 - momentum };
}

/** keep old + take fresh. */
export function blend(old: tf.Tensor, fresh: tf.Tensor, { keep, take }: BlendFactors): tf.Tensor {
  return tf.add(tf.mul(old, keep), tf.mul(fresh, take));
}
