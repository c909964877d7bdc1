import type { StoredType } from './safetensorsHeader';
import { fromBF16, fromF16, fromF8E4M3, fromF8E5M2, toBF16, toF16 } from './smallFloats';

/** Types of tensors in memory. */
export type TensorType = 'F32' | 'I32';
/** Types of tensors in files: floating point may also be rounded to 16 bits. */
export type WrittenType = TensorType | 'F16' | 'BF16';
export type TensorValues = Float32Array | Int32Array;

/**
 * Converts stored values to those used for computing: floating point to float32, integers and booleans to
 * int32. Null for types that cannot be converted.
 */
export function decodeValues(dtype: StoredType, bytes: ArrayBuffer): TensorValues | null {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes);
    case 'I32':
      return new Int32Array(bytes);
    case 'F64':
      return Float32Array.from(new Float64Array(bytes));
    case 'F16':
      return fromF16(new Uint16Array(bytes));
    case 'BF16':
      return fromBF16(new Uint16Array(bytes));
    case 'F8_E4M3':
      return fromF8E4M3(new Uint8Array(bytes));
    case 'F8_E5M2':
      return fromF8E5M2(new Uint8Array(bytes));
    case 'I64':
      return wholeNumbers(new BigInt64Array(bytes));
    case 'I16':
      return Int32Array.from(new Int16Array(bytes));
    case 'U16':
      return Int32Array.from(new Uint16Array(bytes));
    case 'I8':
      return Int32Array.from(new Int8Array(bytes));
    case 'U8':
    case 'BOOL':
      return Int32Array.from(new Uint8Array(bytes));
    default:
      return null;
  }
}

/** Encodes values in the type in which they are stored. */
export function encodeValues(dtype: WrittenType, values: TensorValues): Uint8Array {
  const stored =
    values instanceof Float32Array && dtype === 'F16'
      ? toF16(values)
      : values instanceof Float32Array && dtype === 'BF16'
        ? toBF16(values)
        : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

export function typeOf(values: TensorValues): TensorType {
  return values instanceof Float32Array ? 'F32' : 'I32';
}

/** Null if a number does not fit into 32 bits. */
function wholeNumbers(values: BigInt64Array): Int32Array | null {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i]);
    if (BigInt(result[i]) !== values[i]) return null;
  }
  return result;
}
