import { tf } from '../tensor/native';
import { linear } from './linear';
import type { WeightScope } from './weights';

/*
 * B batch, N tokens, D width, H heads, d = D / H.
 */

/** Output of an attention layer. */
export interface Attended {
  /** `[B, N, D]` */
  readonly tokens: tf.Tensor3D;
  /** Attention after softmax, rows sum to 1: `[B, H, N, N]`. */
  readonly attention: tf.Tensor4D;
}

/**
 * Multi-head self-attention: softmax(q k^T / sqrt(d)) v, `qkv` without bias, output projection with bias.
 *
 * @param tokens `[B, N, D]`
 * @param weights scope with `qkv.weight [3D, D]`, `proj.weight [D, D]`, `proj.bias [D]`
 */
export function selfAttention(tokens: tf.Tensor3D, weights: WeightScope, heads: number): Attended {
  const [batch, count, width] = tokens.shape;
  const perHead = width / heads;
  const qkv = linear(tokens, weights.get('qkv.weight')); // [B, N, 3D]
  const split = tf.transpose(tf.reshape(qkv, [batch, count, 3, heads, perHead]), [2, 0, 3, 1, 4]); // [3, B, H, N, d]
  const [query, key, value] = tf.unstack(split); // each [B, H, N, d]
  const scores = tf.matMul(tf.mul(query, perHead ** -0.5), key, false, true); // [B, H, N, N]
  const attention = tf.softmax(scores) as tf.Tensor4D;
  const mixed = tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]); // [B, N, H, d]
  const joined = tf.reshape(mixed, [batch, count, width]); // [B, N, D]
  const projected = linear(joined, weights.get('proj.weight'), weights.get('proj.bias'));
  return { tokens: projected as tf.Tensor3D, attention };
}
