import { valueCount } from './safetensorsHeader';
import { typeOf, type TensorType, type TensorValues } from './tensorCodec';

/** A tensor to write; with a function its values are asked for when their turn comes, one tensor at a time. */
export interface TensorSource {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  readonly data: TensorValues | (() => TensorValues);
}

/** The bytes of a tensor to write. */
export function bytesOf(name: string, { dtype, shape, data }: TensorSource): Uint8Array {
  const values = typeof data === 'function' ? data() : data;
  if (typeOf(values) !== dtype || values.length !== valueCount(shape)) {
    throw new Error(
      `${name}: ${values.length} values of ${typeOf(values)} for [${shape.join(', ')}] of ${dtype}`,
    );
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
