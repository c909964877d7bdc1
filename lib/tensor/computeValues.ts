import { tf } from './native';

/**
 * Values of a computation that leaves no tensors behind. (`tf.tidy` would search every value of a returned array for
 * tensors.)
 */
export function computeValues(compute: () => tf.Tensor): Float32Array {
  const result = tf.tidy(compute);
  try {
    return result.dataSync<'float32'>();
  } finally {
    result.dispose();
  }
}
