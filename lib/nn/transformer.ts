import { tf } from '../tensor/native';
import { type Attended, selfAttention } from './attention';
import { gelu } from './gelu';
import { layerNorm } from './layerNorm';
import { linear } from './linear';
import type { TransformerShape } from './transformerShape';
import type { WeightScope } from './weights';

/** Factors of the two branches of a block, one per sample: 0 drops the branch (drop path). */
export interface BranchScale {
  /** `[B, 1, 1]` */
  readonly attention: tf.Tensor;
  /** `[B, 1, 1]` */
  readonly mlp: tf.Tensor;
}

/**
 * Pre-norm transformer blocks: x + attention(norm1(x)), then x + mlp(norm2(x)). There is no norm at the end.
 *
 * @param tokens `[B, N, D]`
 * @param blocks scope with `0.norm1.weight` and so on
 * @param scales factors of the branches for each block; default: 1
 * @returns tokens `[B, N, D]` and the last block's attention
 */
export function transformer(
  tokens: tf.Tensor3D,
  blocks: WeightScope,
  shape: TransformerShape,
  scales?: readonly BranchScale[],
): Attended {
  let state: Partial<Attended> & Pick<Attended, 'tokens'> = { tokens };
  for (let i = 0; i < shape.depth; i++) state = block(state.tokens, blocks.at(i), shape.heads, scales?.[i]);
  return state as Attended;
}

function block(x: tf.Tensor3D, weights: WeightScope, heads: number, scale?: BranchScale): Attended {
  const { tokens, attention } = selfAttention(norm(x, weights.at('norm1')), weights.at('attn'), heads);
  const attended = tf.add(x, scaled(tokens, scale?.attention)) as tf.Tensor3D;
  const expanded = mlp(norm(attended, weights.at('norm2')), weights.at('mlp'));
  const out = tf.add(attended, scaled(expanded, scale?.mlp));
  return { tokens: out as tf.Tensor3D, attention };
}

function scaled(branch: tf.Tensor, factors: tf.Tensor | undefined): tf.Tensor {
  return factors === undefined ? branch : tf.mul(branch, factors);
}

function norm(x: tf.Tensor3D, weights: WeightScope): tf.Tensor3D {
  return layerNorm(x, weights.get('weight'), weights.get('bias')) as tf.Tensor3D;
}

function mlp(x: tf.Tensor, weights: WeightScope): tf.Tensor {
  const hidden = gelu(linear(x, weights.get('fc1.weight')), weights.get('fc1.bias')); // [B, N, 4D]
  return linear(hidden, weights.get('fc2.weight'), weights.get('fc2.bias')); // [B, N, D]
}
