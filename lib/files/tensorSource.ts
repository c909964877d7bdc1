import { bytesPerValue, valueCount } from './safetensorsHeader';
import { type TensorValues, type WrittenType, encodeValues, typeOf } from './tensorCodec';

/** A tensor to write; with a function its values are asked for when their turn comes, one tensor at a time. */
export interface TensorSource {
  /** How it is written; floating-point values are given as float32 in any case. */
  readonly dtype: WrittenType;
  readonly shape: readonly number[];
  readonly data: TensorValues | (() => TensorValues);
}

/** How many bytes a tensor takes when it is written. */
export function byteLengthOf({ dtype, shape }: Omit<TensorSource, 'data'>): number {
  return bytesPerValue[dtype] * valueCount(shape);
}

/** The bytes of a tensor to write. */
export function bytesOf(name: string, { dtype, shape, data }: TensorSource): Uint8Array {
  const values = typeof data === 'function' ? data() : data;
  const expected = dtype === 'I32' ? 'I32' : 'F32';
  if (typeOf(values) !== expected || values.length !== valueCount(shape)) {
    throw new Error(
      `${name}: ${values.length} values of ${typeOf(values)} for [${shape.join(', ')}] of ${dtype}`,
    );
  }
  return encodeValues(dtype, values);
}
