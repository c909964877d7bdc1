/**
 * Numbers in Plotly's binary form: little-endian float32, or integers up to 255, in base64. In a notebook
 * file a plain list takes one line per number; packed, a number takes 6 or 2 bytes.
 */
export interface PackedNumbers {
  readonly dtype: 'f4' | 'u1';
  readonly bdata: string;
  /** `rows, columns` of a matrix. */
  readonly shape?: string;
}

/** @param columns width of a matrix given row by row; without it the result is a list */
export function packed(values: ArrayLike<number>, columns?: number): PackedNumbers {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i], 4 * i);
  const list: PackedNumbers = { dtype: 'f4', bdata: bytes.toString('base64') };
  return columns === undefined ? list : { ...list, shape: `${values.length / columns}, ${columns}` };
}

/** Packs shares as whole percents: a quarter of the bytes. */
export function packedPercents(shares: ArrayLike<number>, columns: number): PackedNumbers {
  const bytes = Buffer.from(Array.from(shares, (share) => Math.round(100 * share)));
  return { dtype: 'u1', bdata: bytes.toString('base64'), shape: `${shares.length / columns}, ${columns}` };
}

/** Unpacks the numbers, matrices row by row. */
export function unpacked({ dtype, bdata }: PackedNumbers): Float32Array {
  const bytes = Buffer.from(bdata, 'base64');
  if (dtype === 'u1') return Float32Array.from(bytes);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
