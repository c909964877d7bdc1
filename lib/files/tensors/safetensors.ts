import { UserError } from '../../errors';
import { writeFileAtomic } from '../atomicWrite';
import { DamagedFile } from '../fileError';
import { RandomAccessFile } from '../randomAccessFile';
import { emptySeal, hashOf, readSeal, sealOf, type Seal } from '../seal';
import {
  encodeHeader,
  HeaderError,
  maxHeaderBytes,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
  UnreadType,
} from './safetensorsHeader';
import { decodeValues, typeOf } from './tensorCodec';
import type { StoredTensor, TensorFile } from './tensorFile';
import { bytesOf, type TensorSource } from './tensorSource';

/** A safetensors file, open for reading tensor by tensor. */
export class SafetensorsReader implements TensorFile {
  readonly format = 'safetensors';
  readonly stateDict = null;
  readonly otherStateDicts = [];
  private readonly hashes: ReadonlyMap<string, string> | null;

  private constructor(
    private readonly file: RandomAccessFile,
    private readonly header: SafetensorsHeader,
  ) {
    try {
      this.hashes = readSeal(header.metadata);
    } catch (error) {
      throw damaged(file.path, (error as Error).message);
    }
  }

  /**
   * Opens a file and checks its header: every tensor's type, shape and position, against the file's length.
   *
   * @throws UserError naming the file and what is wrong with it
   */
  static open(path: string): SafetensorsReader {
    const file = RandomAccessFile.open(path);
    try {
      return new SafetensorsReader(file, readHeader(file));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.header.metadata;
  }

  /** True if tensors are verified against hashes, see {@link writeSealedSafetensors}. */
  get sealed(): boolean {
    return this.hashes !== null;
  }

  get hashed(): boolean {
    return this.sealed;
  }

  check(onBytes: (done: number, total: number) => void = () => undefined): void {
    const total = this.names().reduce((sum, name) => sum + this.entry(name).byteLength, 0);
    let done = 0;
    for (const name of this.names()) {
      this.read(name);
      onBytes((done += this.entry(name).byteLength), total);
    }
  }

  names(): string[] {
    return [...this.header.entries.keys()];
  }

  has(name: string): boolean {
    return this.header.entries.has(name);
  }

  /** Type, shape and position of a tensor, without reading it. */
  entry(name: string): TensorEntry {
    const entry = this.header.entries.get(name);
    if (!entry) throw new UserError(`"${this.path}" has no tensor "${name}"; is it a file of another kind?`);
    return entry;
  }

  /** In this format, each tensor has its own storage. */
  storageOf(name: string): string {
    return name;
  }

  /**
   * Reads one tensor; 64-bit and 16-bit floats become float32, other integers int32. In a sealed file, its
   * bytes are verified against their hash.
   *
   * @throws DamagedFile if they have changed since they were written
   */
  read(name: string): StoredTensor {
    const { dtype, shape, offset, byteLength } = this.entry(name);
    const bytes = this.file.read(offset, byteLength);
    if (this.hashes && this.hashes.get(name) !== hashOf(new Uint8Array(bytes))) {
      throw damaged(this.path, `the values of "${name}" have changed`);
    }
    const data = decodeValues(dtype, bytes);
    if (!data) {
      throw new UserError(
        `"${name}" in "${this.path}" has values of type ${dtype} that cannot be held as F32 or I32; convert it first.`,
      );
    }
    return { dtype: typeOf(data), shape, data };
  }

  close(): void {
    this.file.close();
  }
}

/** @throws UserError if the file is missing or not a valid safetensors file */
export function openSafetensors(path: string): SafetensorsReader {
  return SafetensorsReader.open(path);
}

/** Reads a whole file; for large ones {@link openSafetensors} reads tensor by tensor. */
export function readSafetensors(path: string): {
  metadata: Readonly<Record<string, string>>;
  tensors: Map<string, StoredTensor>;
} {
  const reader = openSafetensors(path);
  try {
    return {
      metadata: reader.metadata,
      tensors: new Map(reader.names().map((name) => [name, reader.read(name)])),
    };
  } finally {
    reader.close();
  }
}

/**
 * Writes tensors in the given order, atomically, holding at most one at a time in memory.
 *
 * @throws UserError if the file cannot be written; an older one then stays intact
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  writeFileAtomic(path, (file) => {
    file.append(encodeHeader(tensors, metadata));
    for (const [name, source] of tensors) file.append(bytesOf(name, source));
  });
}

/**
 * Like writeSafetensors, with a seal in the metadata: a SHA-256 of each tensor (`sha256`, JSON by name) and
 * one of the metadata themselves, verified on reading. Each tensor's bytes are requested once and hashed as
 * they are written.
 *
 * @throws UserError if the file cannot be written; an older one then stays intact
 */
export function writeSealedSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const header = (seal: Seal) => encodeHeader(tensors, { ...metadata, ...seal });
  writeFileAtomic(path, (file) => {
    // The hashes are known only after the tensors are written; until then, zeros of the same length take
    // their place.
    file.append(header(emptySeal(metadata, tensors.keys())));
    const hashes = new Map<string, string>();
    for (const [name, source] of tensors) {
      const bytes = bytesOf(name, source);
      hashes.set(name, hashOf(bytes));
      file.append(bytes);
    }
    file.overwrite(0, header(sealOf(metadata, hashes)));
  });
}

function readHeader(file: RandomAccessFile): SafetensorsHeader {
  const { path, byteLength } = file;
  if (byteLength < 8) throw damaged(path, `it has only ${byteLength} bytes`);
  const length = Buffer.from(file.read(0, 8)).readBigUInt64LE();
  if (length > BigInt(Math.min(maxHeaderBytes, byteLength - 8))) {
    throw damaged(path, `its first bytes give no possible length of a header`);
  }
  try {
    return parseHeader(Buffer.from(file.read(8, Number(length))), byteLength);
  } catch (error) {
    if (error instanceof UnreadType) {
      throw new UserError(
        `"${path}" holds "${error.tensor}" in values of type ${error.dtype}, which is not read here; in Python, save it in float32 first.`,
      );
    }
    throw error instanceof HeaderError ? damaged(path, error.message) : error;
  }
}

function damaged(path: string, what: string): DamagedFile {
  return new DamagedFile(
    `"${path}" is not a valid safetensors file: ${what}. Copy it again or use another one.`,
    what,
  );
}
