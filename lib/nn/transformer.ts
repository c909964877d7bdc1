import { tf } from '../tensor/native';
import { type Attended, selfAttention } from './attention';
import { gelu } from './gelu';
import { layerNorm } from './layerNorm';
import { linear } from './linear';
import type { TransformerShape } from './transformerShape';
import type { WeightScope } from './weights';

/**
 * Pre-norm transformer blocks: x + attention(norm1(x)), then x + mlp(norm2(x)). No norm at the end.
 *
 * @param tokens `[B, N, D]`
 * @param blocks scope with `0.norm1.weight` and so on
 * @returns tokens `[B, N, D]` and the last block's attention `[B, H, N, N]`
 */
export function transformer(tokens: tf.Tensor3D, blocks: WeightScope, shape: TransformerShape): Attended {
  let state: { tokens: tf.Tensor3D; attention?: tf.Tensor4D } = { tokens };
  for (let i = 0; i < shape.depth; i++) state = block(state.tokens, blocks.at(i), shape.heads);
  return state as Attended;
}

function block(x: tf.Tensor3D, weights: WeightScope, heads: number): Attended {
  const { tokens, attention } = selfAttention(norm(x, weights.at('norm1')), weights.at('attn'), heads);
  const attended = tf.add(x, tokens) as tf.Tensor3D;
  const out = tf.add(attended, mlp(norm(attended, weights.at('norm2')), weights.at('mlp')));
  return { tokens: out as tf.Tensor3D, attention };
}

function norm(x: tf.Tensor3D, weights: WeightScope): tf.Tensor3D {
  return layerNorm(x, weights.get('weight'), weights.get('bias')) as tf.Tensor3D;
}

function mlp(x: tf.Tensor, weights: WeightScope): tf.Tensor {
  const hidden = gelu(linear(x, weights.get('fc1.weight'), weights.get('fc1.bias'))); // [B, N, 4D]
  return linear(hidden, weights.get('fc2.weight'), weights.get('fc2.bias')); // [B, N, D]
}
