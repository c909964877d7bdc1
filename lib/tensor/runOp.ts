import { tf } from './native';

/** The backend's call of a TensorFlow op by name; tfjs types it on its own class only. */
interface OpRunner {
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: tf.Tensor[]): tf.Tensor;
  binding?: { TF_ATTR_BOOL: number; TF_ATTR_TYPE: number; TF_FLOAT: number };
}

interface OpAttribute {
  name: string;
  type: number;
  value: boolean | number;
}

/**
 * Runs a float32 TensorFlow op that tfjs has no function for.
 *
 * @param name op name as TensorFlow knows it, such as `MatMul`
 * @param attributes boolean attributes; the type attribute `T` is added
 */
export function runOp(name: string, inputs: tf.Tensor[], attributes: Readonly<Record<string, boolean>>): tf.Tensor {
  const backend = tf.backend() as unknown as OpRunner;
  const types = backend.binding!;
  const list: OpAttribute[] = Object.entries(attributes).map(([key, value]) => ({
    name: key,
    type: types.TF_ATTR_BOOL,
    value,
  }));
  list.push({ name: 'T', type: types.TF_ATTR_TYPE, value: types.TF_FLOAT });
  return backend.executeSingleOutput(name, list, inputs);
}

/** Whether TensorFlow itself is behind tfjs, so that {@link runOp} works; false with the slower fallback. */
export function hasNativeOps(): boolean {
  return (tf.backend() as unknown as OpRunner).binding !== undefined;
}
