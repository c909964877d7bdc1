import type { BranchScale } from '../../nn';
import type { RandomStream } from '../../random';
import { tf } from '../../tensor/native';

/*
 * Dropout of features, and of whole block branches (drop path, Huang et al. 2016). What is kept is divided by the
 * probability of keeping it, so that the mean stays the same. B batch, D width, L blocks.
 */

/** Factors for the features, 0 or 1 / (1 - rate): `[B D]`. */
export function drawDropout(stream: RandomStream, values: number, rate: number): Float32Array {
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length: values }, () => (stream.bernoulli(rate) ? 0 : kept));
}

/** Probability of dropping each block's branches: 0 for the first, rising linearly to `rate` for the last. */
export function dropPathRates(depth: number, rate: number): number[] {
  return Array.from({ length: depth }, (_, block) => (depth === 1 ? rate : (rate * block) / (depth - 1)));
}

/** Factors for the two branches of each block, per clip: `[L, 2, B]`. */
export function drawDropPath(stream: RandomStream, depth: number, batch: number, rate: number): Float32Array {
  const values = dropPathRates(depth, rate).map((each) => drawDropout(stream, 2 * batch, each));
  const all = new Float32Array(2 * depth * batch);
  values.forEach((block, i) => all.set(block, i * 2 * batch));
  return all;
}

/** @param factors `[L, 2, B]` */
export function branchScales(factors: tf.Tensor3D): BranchScale[] {
  const [depth, , batch] = factors.shape;
  const shape = (part: tf.Tensor): tf.Tensor => tf.reshape(part, [batch, 1, 1]); // [B, 1, 1]
  return tf
    .unstack(tf.reshape(factors, [2 * depth, batch]))
    .reduce<BranchScale[]>((scales, part, i, parts) => {
      if (i % 2 === 0) scales.push({ attention: shape(part), mlp: shape(parts[i + 1]) });
      return scales;
    }, []);
}
