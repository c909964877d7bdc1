import { nodeBackend } from '../backend';
import { tf } from '../native';
import type { Fetched } from './graphSession';

/** Tensor types that are exchanged between JavaScript and a graph. */
export type TensorType = 'float32' | 'int32' | 'bool';

/** tfjs's name for a TensorFlow type. */
export function typeName(type: number): TensorType {
  const { TF_FLOAT, TF_INT32, TF_BOOL } = nodeBackend().binding;
  const names: Record<number, TensorType> = { [TF_FLOAT]: 'float32', [TF_INT32]: 'int32', [TF_BOOL]: 'bool' };
  if (!(type in names))
    throw new Error(`A graph gave values of the type number ${type}, which tfjs does not know.`);
  return names[type];
}

/** Values in tfjs's representation, without copying. */
export function typedValues({ dtype, values }: Fetched): Float32Array | Int32Array | Uint8Array {
  const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  return new arrays[typeName(dtype)](values);
}

/** A tensor with the values returned by a run. */
export function toTensor(fetched: Fetched): tf.Tensor {
  return tf.tensor(typedValues(fetched), fetched.shape, typeName(fetched.dtype));
}
