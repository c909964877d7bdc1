import { tf } from './native';

/**
 * The values of what is computed, of which no tensor stays. (`tf.tidy` would look for tensors in each value of an array
 * that it is given back.)
 */
export function computeValues(compute: () => tf.Tensor): Float32Array {
  const result = tf.tidy(compute);
  try {
    return result.dataSync<'float32'>();
  } finally {
    result.dispose();
  }
}
