import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { machineLimit } from '../../machineLimit';
import { BadMedia } from '../../media';
import type { StoredClip } from '../types';
import { framePlace, sampleBytes, type ClipRecord, type StoredFrames, type StoredSound } from './record';
import { type ReadMemory, ownMemory } from './readMemory';

/** @param original the file that was extracted */
export function damagedIn(original: string, shard: string): BadMedia {
  return new BadMedia(original, `is damaged in the extracted set's ${basename(shard)}`);
}

/** A clip whose record was read, and those of its parts that were found undamaged. */
interface KnownClip {
  readonly record: ClipRecord;
  readonly frames: Uint8Array;
  readonly blocks: Uint8Array;
}

/**
 * Shards that a thread reads from. Files stay open and records are kept for the next time. All bytes are compared with
 * their checksums the first time that they are read; where they differ, the next read opens the file again, which may
 * have been made anew in the meantime.
 */
export class OpenShards {
  private readonly files = new Map<string, number>();
  private readonly clips = new Map<string, KnownClip>();
  /** Parts of all known clips. */
  private parts = 0;

  /**
   * @param original the file from which the clip was extracted
   * @param stored an extracted clip that has a record
   * @param memory for the bytes; default: new arrays
   */
  clip(
    original: string,
    {
      shard,
      offset,
      record,
    }: Pick<Extract<StoredClip, { readonly shard: string }>, 'shard' | 'offset' | 'record'>,
    memory: ReadMemory = ownMemory,
  ): OpenClip {
    const damaged = () => {
      this.forget(shard);
      return damagedIn(original, shard);
    };
    const bytes = new ClipBytes(damaged, this.open(original, shard), memory);
    const key = `${shard} ${record.offset} ${record.checksum}`;
    const known = this.clips.get(key) ?? readRecord(bytes, record);
    this.keepClip(key, known);
    return new OpenClip(known, offset, bytes);
  }

  close(): void {
    this.files.forEach((file) => closeSync(file));
    this.files.clear();
  }

  private open(original: string, path: string): number {
    const file = this.files.get(path) ?? openShard(original, path);
    moveLast(this.files, path, file);
    if (this.files.size > mostFiles) this.forget(firstOf(this.files));
    return file;
  }

  private keepClip(key: string, clip: KnownClip): void {
    if (!this.clips.has(key)) this.parts += partsOf(clip);
    moveLast(this.clips, key, clip);
    while (this.parts > mostParts && this.clips.size > 1) this.drop(firstOf(this.clips));
  }

  private drop(key: string): void {
    this.parts -= partsOf(this.clips.get(key)!);
    this.clips.delete(key);
  }

  /** Closes a shard, and drops the records of its clips. */
  private forget(path: string): void {
    const file = this.files.get(path);
    if (file !== undefined) closeSync(file);
    this.files.delete(path);
    for (const key of [...this.clips.keys()]) if (key.startsWith(`${path} `)) this.drop(key);
  }
}

/**
 * More than a set of a few thousand clips has. Closing a shard drops what is known of its clips, and reading that again takes as
 * long as reading a window.
 */
const mostFiles = 64;
/** Frames and blocks of sound in the records that are kept, about 10 MB: those of a long clip are many. */
const mostParts = 500_000;

function partsOf({ frames, blocks }: KnownClip): number {
  return frames.length + blocks.length + 1;
}

function moveLast<T>(all: Map<string, T>, key: string, value: T): void {
  all.delete(key);
  all.set(key, value);
}

function firstOf(all: ReadonlyMap<string, unknown>): string {
  return all.keys().next().value!;
}

function openShard(original: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    throw machineLimit(error) ?? new BadMedia(original, `cannot be read from ${path} (${code})`);
  }
}

function readRecord(
  bytes: ClipBytes,
  { offset, bytes: size, checksum }: { offset: number; bytes: number; checksum: number },
): KnownClip {
  const text = bytes.read('record', offset, size);
  if (crc32(text) !== checksum) throw bytes.damaged();
  const record = JSON.parse(text.toString('utf8')) as ClipRecord;
  const parts = (of: { readonly checksums: readonly number[] } | null) =>
    new Uint8Array(of?.checksums.length ?? 0);
  return { record, frames: parts(record.frames), blocks: parts(record.sound) };
}

/** The bytes of a clip in its shard. */
class ClipBytes {
  constructor(
    /** The error to throw where they are damaged. */
    readonly damaged: () => BadMedia,
    private readonly file: number,
    readonly memory: ReadMemory,
  ) {}

  read(what: 'record' | 'frames' | 'sound', offset: number, count: number): Buffer {
    const buffer = this.memory.bytes(what, count);
    for (let at = 0; at < count;) {
      const read = readSync(this.file, buffer, at, count - at, offset + at);
      if (read === 0) throw this.damaged();
      at += read;
    }
    return buffer;
  }
}

/** A clip of an open shard. Its arrays are in the memory given for them. */
export class OpenClip {
  constructor(
    private readonly known: KnownClip,
    private readonly offset: number,
    private readonly bytes: ClipBytes,
  ) {}

  get record(): ClipRecord {
    return this.known.record;
  }

  damaged(): BadMedia {
    return this.bytes.damaged();
  }

  /** The bytes of consecutive frames. */
  frames(frames: StoredFrames, first: number, count: number): Buffer {
    const start = framePlace(frames, first);
    const last = framePlace(frames, first + count - 1);
    const all = this.bytes.read(
      'frames',
      this.offset + start.offset,
      last.offset + last.bytes - start.offset,
    );
    for (let i = 0, at = 0; i < count; i++) {
      const size = typeof frames.bytes === 'number' ? frames.bytes : frames.bytes[first + i];
      this.verify(this.known.frames, frames.checksums, first + i, all, at, size);
      at += size;
    }
    return all;
  }

  /** Samples from `first` on, as many as exist. */
  samples(
    { samples, offset, encoding, scale, blockSamples, checksums }: StoredSound,
    first: number,
    count: number,
  ): Float32Array {
    const end = Math.min(samples, first + count);
    if (first >= end) return new Float32Array(0);
    const size = sampleBytes[encoding];
    const [firstBlock, endBlock] = [Math.floor(first / blockSamples), Math.ceil(end / blockSamples)];
    const from = firstBlock * blockSamples;
    const to = Math.min(samples, endBlock * blockSamples);
    const bytes = this.bytes.read('sound', this.offset + offset + from * size, (to - from) * size);
    for (let block = firstBlock; block < endBlock; block++) {
      const at = (block - firstBlock) * blockSamples * size;
      this.verify(this.known.blocks, checksums, block, bytes, at, blockSamples * size);
    }
    // The bytes have their own buffer, starting at offset 0.
    const at = (first - from) * size;
    if (encoding === 'float32') return new Float32Array(bytes.buffer, at, end - first);
    const stored = new Int16Array(bytes.buffer, at, end - first);
    const values = this.bytes.memory.samples(stored.length);
    for (let i = 0; i < values.length; i++) values[i] = stored[i] * scale;
    return values;
  }

  private verify(
    verified: Uint8Array,
    checksums: readonly number[],
    part: number,
    bytes: Buffer,
    at: number,
    size: number,
  ): void {
    if (verified[part]) return;
    if (crc32(bytes.subarray(at, at + size)) !== checksums[part]) throw this.damaged();
    verified[part] = 1;
  }
}
