/*
 * Floating-point types of 16 and 8 bits. Each has a sign, exponent bits and fraction bits; an exponent of zero means
 * that the fraction has no leading one.
 */

interface FloatFormat {
  readonly exponentBits: number;
  readonly fractionBits: number;
  /**
   * True if the largest exponent means infinity and NaN, as in IEEE 754; otherwise only all ones mean NaN.
   */
  readonly infinite: boolean;
}

const half: FloatFormat = { exponentBits: 5, fractionBits: 10, infinite: true };
const e4m3: FloatFormat = { exponentBits: 4, fractionBits: 3, infinite: false };
const e5m2: FloatFormat = { exponentBits: 5, fractionBits: 2, infinite: true };

const valuesOf = new Map<FloatFormat, Float32Array>();

export function fromF16(bits: Uint16Array): Float32Array {
  return decode(half, bits);
}

/** E4M3 as in PyTorch's `float8_e4m3fn`: no infinity, one NaN of either sign. */
export function fromF8E4M3(bits: Uint8Array): Float32Array {
  return decode(e4m3, bits);
}

export function fromF8E5M2(bits: Uint8Array): Float32Array {
  return decode(e5m2, bits);
}

/** A bfloat16 is the upper half of a float32. */
export function fromBF16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

/** Rounds to nearest, ties to even, as PyTorch does. */
export function toBF16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (each, i) => {
    // Rounding could turn a NaN into infinity.
    if (Number.isNaN(values[i])) return (each >>> 16) | 0x40;
    return (each + 0x7fff + ((each >>> 16) & 1)) >>> 16;
  });
}

/** Rounds to nearest, ties to even; values that are too large become infinity. */
export function toF16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (each, i) => {
    const sign = (each >>> 16) & 0x8000;
    const magnitude = Math.abs(values[i]);
    if (Number.isNaN(magnitude)) return sign | 0x7e00;
    if (magnitude >= 65520) return sign | 0x7c00;
    const exponent = Math.max(-14, ((each >>> 23) & 0xff) - 127);
    // Spacing of neighbouring values. Rounding up to the next power of two carries into the exponent.
    const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
    return sign | (steps < 1024 ? steps : ((exponent + 14) << 10) + steps);
  });
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

function decode(format: FloatFormat, bits: Uint16Array | Uint8Array): Float32Array {
  let values = valuesOf.get(format);
  if (values === undefined) valuesOf.set(format, (values = everyValue(format)));
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = values[bits[i]];
  return result;
}

/** Value of each bit pattern. */
function everyValue({ exponentBits, fractionBits, infinite }: FloatFormat): Float32Array {
  const bias = 2 ** (exponentBits - 1) - 1;
  const largest = 2 ** exponentBits - 1;
  const fractions = 2 ** fractionBits;
  return Float32Array.from({ length: 2 * 2 ** (exponentBits + fractionBits) }, (_, bits) => {
    const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
    const exponent = (bits >> fractionBits) & largest;
    const fraction = bits & (fractions - 1);
    if (exponent === largest && infinite) return fraction ? NaN : sign * Infinity;
    if (exponent === largest && fraction === fractions - 1) return NaN;
    return exponent === 0
      ? sign * (fraction / fractions) * 2 ** (1 - bias)
      : sign * (1 + fraction / fractions) * 2 ** (exponent - bias);
  });
}
