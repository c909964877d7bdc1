import { type NodeBackend, type OpAttribute, nodeBackend } from './backend';
import type { tf } from './native';

/** Attributes of an op: booleans, integers and tensor types. */
export type OpAttributes = Readonly<Record<string, boolean | number | 'float32' | 'int32'>>;

/** Runs a TensorFlow op for which tfjs has no function, or only one with unneeded work. It has no gradient. */
export function runOp(name: string, inputs: tf.Tensor[], attributes: OpAttributes): tf.Tensor {
  const backend = nodeBackend();
  const { TF_ATTR_BOOL, TF_ATTR_INT, TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = backend.binding;
  const list = Object.entries(attributes).map(([key, value]): OpAttribute => {
    if (typeof value === 'boolean') return { name: key, type: TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name: key, type: TF_ATTR_INT, value };
    return { name: key, type: TF_ATTR_TYPE, value: value === 'int32' ? TF_INT32 : TF_FLOAT };
  });
  return backend.executeSingleOutput(name, list, inputs);
}

/** True if tfjs uses native TensorFlow, so that {@link runOp} works; false with the slower fallback. */
export function hasNativeOps(): boolean {
  return (nodeBackend() as Partial<NodeBackend>).binding !== undefined;
}
