import { tf } from './native';

/**
 * Takes tokens of each sample.
 *
 * @param tokens `[B, N, D]`
 * @param places `[B, K]` row by row, each in [0, N)
 * @returns `[B, K, D]`
 */
export function takeTokens(tokens: tf.Tensor3D, places: Int32Array): tf.Tensor3D {
  const [batch, count, width] = tokens.shape;
  const perSample = places.length / batch;
  const rows = places.map((place, i) => Math.floor(i / perSample) * count + place);
  const flat = tf.reshape(tokens, [batch * count, width]);
  return tf.reshape(tf.gather(flat, tf.tensor1d(rows, 'int32')), [batch, perSample, width]); // [B, K, D]
}
