import { UserError } from '../../errors';
import type { RandomAccessFile } from '../randomAccessFile';
import { bytesPerValue, valueCount } from '../tensors/safetensorsHeader';
import type { TensorRef } from './pickleValues';
import { type ZipRecord, readRecord } from './zipRecords';

/** Position of a storage's values. */
export interface StoragePlace {
  readonly offset: number;
  readonly byteLength: number;
  /** For zip files. */
  readonly record?: ZipRecord;
}

/** Reads tensors from storages: whole ones, parts of them, and views with strides. */
export class Storages {
  /** The record unpacked last, since several tensors may be parts of it. */
  private unpacked: { readonly record: ZipRecord; readonly bytes: ArrayBuffer } | null = null;

  constructor(
    private readonly file: RandomAccessFile,
    private readonly places: ReadonlyMap<string, StoragePlace>,
    private readonly bigEndian: boolean,
  ) {}

  /** Values of a tensor in row-major order, without gaps, little-endian. */
  read({ storage, offset, shape, strides }: TensorRef): ArrayBuffer {
    const width = bytesPerValue[storage.dtype];
    const count = valueCount(shape);
    if (count === 0) return new ArrayBuffer(0);
    const span = 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0);
    const bytes = this.slice(storage.key, (storage.start + offset) * width, span * width);
    const ordered = isContiguous(shape, strides)
      ? bytes
      : gather(new Uint8Array(bytes), width, shape, strides);
    return this.bigEndian ? swapBytes(ordered, width) : ordered;
  }

  /** True for zip files; the older ones have no checksums. */
  get hashed(): boolean {
    return [...this.places.values()].some(({ record }) => record !== undefined);
  }

  /** Reads every storage completely and verifies it against its checksum, if it has one. */
  check(onBytes: (done: number, total: number) => void): void {
    const places = [...this.places.values()];
    const total = places.reduce((sum, { byteLength }) => sum + byteLength, 0);
    let done = 0;
    for (const { offset, byteLength, record } of places) {
      if (record) readRecord(this.file, record);
      else this.file.read(offset, byteLength);
      onBytes((done += byteLength), total);
    }
  }

  private slice(key: string, from: number, length: number): ArrayBuffer {
    const place = this.places.get(key)!;
    const { record } = place;
    const isWhole = from === 0 && length === place.byteLength;
    if (record === undefined || (!isWhole && !record.deflated))
      return this.file.read(place.offset + from, length);
    if (!record.deflated) return readRecord(this.file, record);
    if (this.unpacked?.record !== record) this.unpacked = { record, bytes: readRecord(this.file, record) };
    return this.unpacked.bytes.slice(from, from + length);
  }
}

/** @throws UserError if a storage's record is missing or its length differs from the pickle's */
export function checkPlace(
  path: string,
  tensor: TensorRef,
  name: string,
  place: StoragePlace | undefined,
): void {
  const { key, dtype, recordSize } = tensor.storage;
  const expected = recordSize * bytesPerValue[dtype];
  if (place === undefined || place.byteLength !== expected) {
    const found = place === undefined ? 'no bytes' : `${place.byteLength} bytes`;
    throw new UserError(
      `"${path}" is not a valid PyTorch file: the values of "${name}" should take ${expected} bytes, but storage "${key}" has ${found}. Copy it again or use another one.`,
    );
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

/** Copies strided values to row-major order: the last axis varies fastest. */
function gather(
  source: Uint8Array,
  width: number,
  shape: readonly number[],
  strides: readonly number[],
): ArrayBuffer {
  const target = new Uint8Array(valueCount(shape) * width);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to += width) {
    for (let byte = 0; byte < width; byte++) target[to + byte] = source[from * width + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return target.buffer;
}

function swapBytes(bytes: ArrayBuffer, width: number): ArrayBuffer {
  const buffer = Buffer.from(bytes);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
  return bytes;
}
