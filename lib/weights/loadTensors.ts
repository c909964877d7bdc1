import type { TensorSource } from '../files';
import { upload } from '../tensor/backend';
import { tf } from '../tensor/native';

/**
 * Reads tensors one by one as float32. Each is passed to TensorFlow at once, so that no more than one is in memory
 * twice. The caller owns the tensors. After an error, none is left.
 */
export function loadTensors(sources: Iterable<readonly [string, TensorSource]>): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const [name, { data, shape }] of sources) {
      const values = typeof data === 'function' ? data() : data;
      const floats = values instanceof Float32Array ? values : Float32Array.from(values);
      const tensor = tf.keep(tf.tensor(floats, [...shape], 'float32'));
      tensors.set(name, tensor);
      upload(tensor);
    }
    return tensors;
  } catch (error) {
    tensors.forEach((tensor) => tensor.dispose());
    throw error;
  }
}
