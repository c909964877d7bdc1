import { crc32, inflateRawSync } from 'node:zlib';
import { type Entry, RandomAccessReader, fromRandomAccessReaderPromise } from 'yauzl';
import { UserError } from '../../errors';
import type { RandomAccessFile } from '../randomAccessFile';

/** A record of a zip file and the position of its bytes. */
export interface ZipRecord {
  readonly name: string;
  readonly offset: number;
  /** Bytes in the file. */
  readonly storedBytes: number;
  /** Bytes of its content. */
  readonly byteLength: number;
  readonly deflated: boolean;
  readonly crc32: number;
}

const methods = { stored: 0, deflated: 8 } as const;
const maxRecords = 1_000_000;
/**
 * Compressed records may expand to at most this many times the file's size in total: weights hardly compress,
 * and PyTorch does not compress them.
 */
const maxUnpacking = 16;
const smallBytes = 64 * 2 ** 20;

/**
 * The records of a zip file by their names below its one top folder, read from its directory alone.
 *
 * @throws UserError if the file is damaged, encrypted or compressed in an unknown way
 */
export async function zipRecords(file: RandomAccessFile): Promise<Map<string, ZipRecord>> {
  const records = new Map<string, ZipRecord>();
  let unpacked = 0;
  try {
    const options = { lazyEntries: true, autoClose: false };
    const zip = await fromRandomAccessReaderPromise(new BoundedReader(file), file.byteLength, options);
    for await (const entry of zip.eachEntry()) {
      if (records.size === maxRecords) throw new Error('it has more than a million records');
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      const record = toRecord(entry, fileDataStart);
      if (record.offset + record.storedBytes > file.byteLength) {
        throw new Error(`its record "${entry.fileName}" ends beyond the file's end`);
      }
      if (records.has(record.name)) throw new Error(`it has two records "${record.name}"`);
      if (record.deflated) unpacked += record.byteLength;
      if (unpacked > Math.max(smallBytes, maxUnpacking * file.byteLength)) {
        throw new Error(`its records would unpack to over ${maxUnpacking} times its bytes`);
      }
      records.set(record.name, record);
    }
  } catch (error) {
    throw damagedZip(file.path, error instanceof Error ? error.message : String(error));
  }
  return records;
}

/** The content of a record, verified against its checksum. */
export function readRecord(file: RandomAccessFile, record: ZipRecord): ArrayBuffer {
  const stored = file.read(record.offset, record.storedBytes);
  const content = record.deflated ? inflate(file.path, record, stored) : stored;
  if (crc32(new Uint8Array(content)) !== record.crc32) {
    throw damagedZip(file.path, `the bytes of "${record.name}" do not fit their checksum`);
  }
  return content;
}

export function damagedZip(path: string, reason: string): UserError {
  const sentence = reason.replace(/\.$/, '');
  return new UserError(
    `"${path}" is not a valid PyTorch file: ${sentence}. Copy it again or use another one.`,
  );
}

/** Reads for yauzl, which may request any position that a damaged directory gives. */
class BoundedReader extends RandomAccessReader {
  constructor(private readonly file: RandomAccessFile) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let error: Error | null = null;
    try {
      if (position + length > this.file.byteLength) throw new Error('its directory leads beyond its end');
      buffer.set(new Uint8Array(this.file.read(position, length)), offset);
    } catch (thrown) {
      error = thrown as Error;
    }
    // Asynchronous as with a disk, so that many small reads do not pile up on the stack.
    setImmediate(() => callback(error));
  }
}

function toRecord(entry: Entry, offset: number): ZipRecord {
  const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
  const deflated = compressionMethod === methods.deflated;
  if (entry.isEncrypted()) throw new Error(`its record "${fileName}" is encrypted`);
  if (!deflated && compressionMethod !== methods.stored) {
    throw new Error(`its record "${fileName}" is packed with method ${compressionMethod}`);
  }
  return {
    name: fileName.slice(fileName.indexOf('/') + 1),
    offset,
    storedBytes: compressedSize,
    byteLength: uncompressedSize,
    deflated,
    crc32: entry.crc32,
  };
}

function inflate(path: string, { name, byteLength }: ZipRecord, stored: ArrayBuffer): ArrayBuffer {
  let content: Buffer;
  try {
    // One byte more than expected, so that the limit is positive and content that is too long is detected.
    content = inflateRawSync(stored, { maxOutputLength: byteLength + 1 });
  } catch {
    throw damagedZip(path, `"${name}" cannot be unpacked`);
  }
  if (content.length !== byteLength)
    throw damagedZip(path, `"${name}" unpacks to another length than it says`);
  return Uint8Array.from(content).buffer;
}
