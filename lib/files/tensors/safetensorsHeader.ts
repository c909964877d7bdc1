import { z } from 'zod';
import { JsonOutlineError, outlineKeys } from './jsonOutline';

/*
 * The safetensors format: 8 bytes with the length of the header (little-endian), the header in JSON, then the
 * tensors' bytes without gaps. The header gives each tensor's type, shape and offset after the header.
 */

/** Bytes per value of each type in the format. */
export const bytesPerValue = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  C64: 8,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;
export type StoredType = keyof typeof bytesPerValue;

/** Type, shape and position of a tensor in the file. */
export interface TensorEntry {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Offset of its first byte in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** Limit set by the format. */
export const maxHeaderBytes = 100_000_000;
/** Tensors start at multiples of this many bytes. */
const alignment = 8;
const metadataKey = '__metadata__';
const maxRank = 64;
const space = 0x20;
/** Nesting: the header, its tensors' descriptions, their lists. */
const headerDepth = 3;

const entrySchema = z.object({
  dtype: z.enum(Object.keys(bytesPerValue) as [StoredType, ...StoredType[]]),
  shape: z.array(z.int().min(0)).max(maxRank),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Further types of the format, with block scales or other encodings; they are not supported. */
const unreadTypes = new Set(['F4', 'F6_E2M3', 'F6_E3M2', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ']);

/** Thrown for a valid header with a tensor of an unsupported type. */
export class UnreadType extends Error {
  constructor(
    readonly tensor: string,
    readonly dtype: string,
  ) {
    super(`"${tensor}" is of type ${dtype}`);
  }
}

/** Reason for rejecting a header, as the end of a sentence. */
export class HeaderError extends Error {}

/**
 * Reads and checks a header before any memory is allocated for tensors.
 *
 * @param json the header's bytes, without the 8 length bytes
 * @param fileBytes length of the whole file
 * @throws HeaderError, UnreadType
 */
export function parseHeader(json: Uint8Array, fileBytes: number): SafetensorsHeader {
  const tree = parseObject(json);
  const dataStart = 8 + json.byteLength;
  const metadata = metadataSchema.safeParse(tree.get(metadataKey) ?? {});
  if (!metadata.success) throw new HeaderError('its metadata are not text');
  tree.delete(metadataKey);
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of tree) entries.set(name, parseEntry(name, value, dataStart));
  checkLayout(entries, dataStart, fileBytes);
  return { metadata: metadata.data, entries };
}

/** The 8 length bytes and the header, padded with spaces so that the tensors are aligned. */
export function encodeHeader(
  tensors: Iterable<readonly [string, { readonly dtype: StoredType; readonly shape: readonly number[] }]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let offset = 0;
  const fields: [string, unknown][] = Object.keys(metadata).length > 0 ? [[metadataKey, metadata]] : [];
  for (const [name, { dtype, shape }] of tensors) {
    const end = offset + valueCount(shape) * bytesPerValue[dtype];
    fields.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  const encoded = new TextEncoder().encode(text);
  const padded = Math.ceil(encoded.length / alignment) * alignment;
  const bytes = new Uint8Array(8 + padded).fill(space, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(encoded, 8);
  return bytes;
}

/** Number of values of a shape; 1 for a scalar's `[]`. */
export function valueCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function parseObject(json: Uint8Array): Map<string, unknown> {
  let tree: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    requireUnique(outlineKeys(text, headerDepth));
    tree = JSON.parse(text);
  } catch (error) {
    if (error instanceof HeaderError) throw error;
    throw new HeaderError(error instanceof JsonOutlineError ? error.message : 'its header is not JSON');
  }
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw new HeaderError('its header is not a JSON object');
  }
  return new Map(Object.entries(tree));
}

/** JSON.parse would silently keep the last of several entries for one tensor. */
function requireUnique(keys: readonly string[]): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) throw new HeaderError(`it names ${key} twice`);
    seen.add(key);
  }
}

function parseEntry(name: string, value: unknown, dataStart: number): TensorEntry {
  const dtypeGiven = (value as { dtype?: unknown } | null)?.dtype;
  if (typeof dtypeGiven === 'string' && unreadTypes.has(dtypeGiven)) throw new UnreadType(name, dtypeGiven);
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw new HeaderError(`its header gives no valid type, shape and place for "${name}"`);
  const { dtype, shape, data_offsets } = parsed.data;
  const [begin, end] = data_offsets;
  if (end - begin !== valueCount(shape) * bytesPerValue[dtype]) {
    throw new HeaderError(
      `"${name}" of shape [${shape.join(', ')}] does not take the ${end - begin} bytes given for it`,
    );
  }
  return { dtype, shape, offset: dataStart + begin, byteLength: end - begin };
}

/** Tensors must fill the rest of the file without gaps or overlaps. */
function checkLayout(entries: ReadonlyMap<string, TensorEntry>, dataStart: number, fileBytes: number): void {
  const inOrder = [...entries].sort(([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength);
  let at = dataStart;
  for (const [name, { offset, byteLength }] of inOrder) {
    if (offset !== at) throw new HeaderError(`"${name}" overlaps another tensor or leaves a gap`);
    at += byteLength;
  }
  if (at > fileBytes) throw new HeaderError(`it ends after ${fileBytes} of ${at} bytes`);
  if (at < fileBytes) throw new HeaderError(`it has ${fileBytes - at} bytes that belong to no tensor`);
}
