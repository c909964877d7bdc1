import { tf } from './native';

/**
 * Takes tokens of each sample, an equal number from all.
 *
 * @param tokens `[B, N, D]`
 * @param rows places in the flattened `[B N, D]`, sample by sample: `[B K]` whole numbers
 * @returns `[B, K, D]`
 */
export function takeTokens(tokens: tf.Tensor3D, rows: tf.Tensor1D): tf.Tensor3D {
  const [batch, count, width] = tokens.shape;
  const flat = tf.reshape(tokens, [batch * count, width]);
  return tf.reshape(tf.gather(flat, rows), [batch, rows.size / batch, width]); // [B, K, D]
}
