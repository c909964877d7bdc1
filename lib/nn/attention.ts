import { attend, attentionRows } from '../tensor/attend';
import { tf } from '../tensor/native';
import { linear } from './linear';
import type { WeightScope } from './weights';

/*
 * B batch, N tokens, D width, H heads, d = D / H, Q queries.
 */

/** Output of an attention layer. */
export interface Attended {
  /** `[B, N, D]` */
  readonly tokens: tf.Tensor3D;
  /**
   * Attention of the first Q tokens (default: all of them), after softmax, rows sum to 1: `[B, H, Q, N]`. Computed on
   * demand, in the scope in which the layer was computed.
   */
  readonly attention: (queries?: number) => tf.Tensor4D;
}

/**
 * Multi-head self-attention: softmax(q k^T / sqrt(d)) v, `qkv` without bias, output projection with bias.
 *
 * @param tokens `[B, N, D]`
 * @param weights scope with `qkv.weight [3D, D]`, `proj.weight [D, D]`, `proj.bias [D]`
 *
 * @example
 * ```ts
 * import { selfAttention, tf, WeightScope } from 'xkd';
 *
 * const shares = tf.tidy(() => {
 *   const weights = { 'qkv.weight': tf.zeros([6, 2]), 'proj.weight': tf.eye(2), 'proj.bias': tf.zeros([2]) };
 *   const scope = new WeightScope((name) => weights[name as keyof typeof weights]);
 *   const { attention } = selfAttention(tf.ones([1, 4, 2]), scope, 1);
 *   return attention(1).dataSync();
 * });
 * // No key stands out, so each of the four tokens gets a quarter.
 * console.log(Array.from(shares)); // [ 0.25, 0.25, 0.25, 0.25 ]
 * ```
 */
export function selfAttention(tokens: tf.Tensor3D, weights: WeightScope, heads: number): Attended {
  const [batch, count, width] = tokens.shape;
  const joined = linear(tokens, weights.get('qkv.weight')); // [B, N, 3D]
  const qkv = tf.reshape(joined, [batch, count, 3, heads, width / heads]) as tf.Tensor5D; // [B, N, 3, H, d]
  const mixed = tf.reshape(attend(qkv), [batch, count, width]); // [B, N, D]
  const projected = linear(mixed, weights.get('proj.weight'), weights.get('proj.bias'));
  const attention = (queries = count) => attentionRows(qkv, queries);
  return { tokens: projected as tf.Tensor3D, attention };
}
