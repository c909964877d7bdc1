import { nodeBackend } from './backend';
import { hasFusedOps } from './fusedOps';
import { tf } from './native';

/*
 * B batch, N tokens, H heads, d head width, Q queries. The formula of attention, and the fused op for it. The op stores
 * no [B, H, N, N], and reads queries, keys and values from where the linear layer has written them.
 */

/**
 * Softmax attention of every head: softmax(q k^T / sqrt(d)) v.
 *
 * @param qkv queries, keys, values `[B, N, 3, H, d]`
 * @returns `[B, N, H, d]`
 */
export function attend(qkv: tf.Tensor5D): tf.Tensor4D {
  return hasFusedOps() ? fusedAttend(qkv) : composedAttend(qkv);
}

/** {@link attend} composed of single ops. */
export function composedAttend(qkv: tf.Tensor5D): tf.Tensor4D {
  const [query, key, value] = partsOf(qkv); // each [B, H, N, d]
  const mixed = tf.matMul(softmaxScores(query, key), value); // [B, H, N, d]
  return tf.transpose(mixed, [0, 2, 1, 3]) as tf.Tensor4D; // [B, N, H, d]
}

/**
 * Attention weights of the first queries, after softmax: rows sum to 1.
 *
 * @param qkv `[B, N, 3, H, d]`
 * @param queries number of queries, out of N
 * @returns `[B, H, Q, N]`
 */
export function attentionRows(qkv: tf.Tensor5D, queries: number): tf.Tensor4D {
  const [batch, tokens, , heads, width] = qkv.shape;
  const part = (index: number, count: number) => {
    const taken = tf.slice(qkv, [0, 0, index, 0, 0], [batch, count, 1, heads, width]);
    return tf.transpose(tf.reshape(taken, [batch, count, heads, width]), [0, 2, 1, 3]) as tf.Tensor4D; // [B, H, count, d]
  };
  return softmaxScores(part(0, queries), part(1, tokens));
}

function fusedAttend(qkv: tf.Tensor5D): tf.Tensor4D {
  return tf.customGrad((input, save) => {
    const inputs = input as tf.Tensor5D;
    const [value, statistics] = nodeBackend().executeMultipleOutputs('XkdAttention', [], [inputs], 2);
    (save as tf.GradSaveFunc)([inputs, statistics]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      nodeBackend().executeSingleOutput('XkdAttentionGrad', [], [...saved, dy]);
    return { value, gradFunc: (dy, saved) => gradFunc(dy as tf.Tensor, saved) };
  })(qkv) as tf.Tensor4D;
}

function partsOf(qkv: tf.Tensor5D): tf.Tensor4D[] {
  return tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])) as tf.Tensor4D[];
}

/** softmax(q k^T / sqrt(d)) `[B, H, Q, N]` */
function softmaxScores(query: tf.Tensor4D, key: tf.Tensor4D): tf.Tensor4D {
  return tf.softmax(tf.matMul(tf.mul(query, query.shape[3] ** -0.5), key, false, true)) as tf.Tensor4D;
}
