import type { StoredType } from './safetensorsHeader';

/** Types in which tensors are held and written. */
export type TensorType = 'F32' | 'I32';
export type TensorValues = Float32Array | Int32Array;

/**
 * Turns stored values into those we compute with: floating point into float32, whole numbers and truth values
 * into int32. Null for types that have no such form.
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
      return Float32Array.from(new Uint16Array(bytes), halfToNumber);
    case 'BF16':
      return bfloat16(new Uint16Array(bytes));
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

export function typeOf(values: TensorValues): TensorType {
  return values instanceof Float32Array ? 'F32' : 'I32';
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** Null where a number does not fit into 32 bits. */
function wholeNumbers(values: BigInt64Array): Int32Array | null {
  const result = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i]);
    if (BigInt(result[i]) !== values[i]) return null;
  }
  return result;
}
