import { bytesPerValue, valueCount } from './safetensorsHeader';
import { type TensorValues, type WrittenType, encodeValues, typeOf } from './tensorCodec';

/**
 * A tensor to write. If its data is a function, the values are requested only when they are written, one
 * tensor at a time.
 */
export interface TensorSource {
  /** Type in the file; floating-point values are always given as float32. */
  readonly dtype: WrittenType;
  readonly shape: readonly number[];
  readonly data: TensorValues | (() => TensorValues);
}

/** Number of bytes of a tensor in the file. */
export function byteLengthOf({ dtype, shape }: Omit<TensorSource, 'data'>): number {
  return bytesPerValue[dtype] * valueCount(shape);
}

/** Bytes of a tensor to write. */
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
