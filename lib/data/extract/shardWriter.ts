import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { tarBlock, tarEnd, tarHeader, tarPadded } from '../../files/tar';
import { npyHeader, npyHeaderBytes, wavHeader, wavHeaderBytes } from './mediaHeaders';
import { sampleBytes, type ClipRecord, type StoredFrames, type StoredSound } from '../stored/record';
import type { StoredForm } from '../types';

/** A clip in its shard. */
export interface WrittenClip {
  readonly record: ClipRecord;
  /** Offset and total size of its members [bytes]. */
  readonly offset: number;
  readonly length: number;
  /** SHA-256 of these bytes. */
  readonly sha256: string;
  /** Position of its record's text in the shard. */
  readonly recordPlace: RecordPlace;
}

/** Position of a clip's record in its shard, and its CRC-32. */
export interface RecordPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: number;
}

/**
 * Appends clips to a shard: a tar with the members `<position>.frames.npy` (or `.frames.mjpeg`),
 * `<position>.sound.wav` and, once all of these are written, `<position>.json`. {@link scanShard} finds clips
 * that were interrupted before that, so that they are cut off.
 */
export class ShardWriter {
  private readonly file: number;

  /** @param end end of the file's complete clips; anything after it is cut off */
  constructor(
    path: string,
    private readonly form: StoredForm,
    private end: number,
  ) {
    this.file = openSync(path, end === 0 ? 'w+' : 'r+');
    ftruncateSync(this.file, end);
  }

  /** Begins a clip; frames are added to the returned writer as they arrive. */
  begin(position: number): ClipWriter {
    return new ClipWriter(this.file, this.form, position, this.end);
  }

  /** Ends the clip; the caller gives everything that the writer itself does not know. */
  finish(clip: ClipWriter, known: Omit<ClipRecord, 'position' | 'frames' | 'sound'>): WrittenClip {
    const { frames, sound } = clip;
    const record: ClipRecord = { position: clip.position, ...known, frames, sound };
    const recordPlace = clip.writeRecord(record);
    const offset = this.end;
    const length = clip.end - offset;
    const sha256 = hashOfRange(this.file, offset, length);
    this.end = clip.end;
    return { record, offset, length, sha256, recordPlace };
  }

  /** Discards what was written of a failed clip. */
  drop(): void {
    ftruncateSync(this.file, this.end);
  }

  /** Ends the archive. */
  seal(): void {
    writeAt(this.file, tarEnd, this.end);
    fsyncSync(this.file);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** Writes the members of one clip. */
export class ClipWriter {
  private at: number;
  private readonly sizes: number[] = [];
  private readonly checksums: number[] = [];
  private height = 0;
  private width = 0;
  private storedFrames: StoredFrames | null = null;
  private storedSound: StoredSound | null = null;

  constructor(
    private readonly file: number,
    private readonly form: StoredForm,
    readonly position: number,
    private readonly start: number,
  ) {
    this.at = start + this.framesOffset;
  }

  get frames(): StoredFrames | null {
    return this.storedFrames;
  }

  get sound(): StoredSound | null {
    return this.storedSound;
  }

  /** Offset of the next member. */
  get end(): number {
    return this.at;
  }

  /** @param bytes pixels or a JPEG, depending on the form */
  addFrame(bytes: Uint8Array, height: number, width: number): void {
    [this.height, this.width] = [height, width];
    this.sizes.push(bytes.length);
    this.checksums.push(crc32(bytes));
    writeAt(this.file, bytes, this.at);
    this.at += bytes.length;
  }

  /** Closes the member with the frames, if there are any. */
  endFrames(): void {
    const { height, width, sizes, checksums } = this;
    const count = sizes.length;
    if (count === 0) {
      this.at = this.start;
      return;
    }
    const raw = this.form.frames === 'raw';
    const bytes = this.at - this.start - tarBlock;
    writeAt(
      this.file,
      tarHeader({ name: this.name(raw ? 'frames.npy' : 'frames.mjpeg'), bytes }),
      this.start,
    );
    if (raw) writeAt(this.file, npyHeader([count, height, width, 3]), this.start + tarBlock);
    this.storedFrames = {
      count,
      height,
      width,
      offset: this.framesOffset,
      bytes: raw ? sizes[0] : sizes,
      checksums,
    };
    this.pad(this.start, bytes);
  }

  addSound(waveform: Float32Array): void {
    const { sampleRateHz, frames } = this.form;
    const encoding = frames === 'raw' ? 'float32' : 'int16';
    const scale = encoding === 'int16' ? peakOf(waveform) / mostInt16 : 1;
    const values =
      encoding === 'int16' ? Int16Array.from(waveform, (value) => Math.round(value / scale)) : waveform;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const header = wavHeader({ encoding, sampleRateHz, samples: waveform.length });
    const blockBytes = sampleRateHz * sampleBytes[encoding];
    const checksums: number[] = [];
    for (let from = 0; from < bytes.length; from += blockBytes) {
      checksums.push(crc32(bytes.subarray(from, from + blockBytes)));
    }
    const offset = this.at - this.start + tarBlock + wavHeaderBytes;
    this.member('sound.wav', [header, bytes]);
    this.storedSound = {
      samples: waveform.length,
      offset,
      encoding,
      scale,
      blockSamples: sampleRateHz,
      checksums,
    };
  }

  writeRecord(record: ClipRecord): RecordPlace {
    const text = Buffer.from(`${JSON.stringify(record)}\n`);
    const offset = this.at + tarBlock;
    this.member('json', [text]);
    return { offset, bytes: text.length, checksum: crc32(text) };
  }

  private get framesOffset(): number {
    return tarBlock + (this.form.frames === 'raw' ? npyHeaderBytes : 0);
  }

  private member(ending: string, parts: readonly Uint8Array[]): void {
    const start = this.at;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    for (const part of [tarHeader({ name: this.name(ending), bytes }), ...parts]) {
      writeAt(this.file, part, this.at);
      this.at += part.length;
    }
    this.pad(start, bytes);
  }

  /** Pads the last block of a member with zeros. */
  private pad(start: number, bytes: number): void {
    const end = start + tarBlock + tarPadded(bytes);
    if (end > this.at) writeAt(this.file, new Uint8Array(end - this.at), this.at);
    this.at = end;
  }

  private name(ending: string): string {
    return `${memberKey(this.position)}.${ending}`;
  }
}

/** Prefix of the names of a clip's members. */
export function memberKey(position: number): string {
  return String(position).padStart(8, '0');
}

const mostInt16 = 32767;

/** At least 1: sound below full scale is stored unchanged. */
function peakOf(waveform: Float32Array): number {
  let peak = 1;
  for (const value of waveform) {
    const size = Math.abs(value);
    if (size > peak && size < Infinity) peak = size;
  }
  return peak;
}

export function hashOfRange(file: number, offset: number, length: number): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(Math.min(length, 2 ** 22));
  for (let at = 0; at < length;) {
    const count = readSync(file, chunk, 0, Math.min(chunk.length, length - at), offset + at);
    if (count === 0) throw new Error('A shard became shorter while it was read.');
    hash.update(chunk.subarray(0, count));
    at += count;
  }
  return hash.digest('hex');
}

/** A write may take less than it was given. */
function writeAt(file: number, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, offset + at);
}
