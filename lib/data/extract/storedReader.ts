import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Modality, XkdConfig } from '../../config';
import { machineLimit } from '../../machineLimit';
import { BadMedia, lacksStream } from '../../media';
import { inWindow } from '../loader/stretch';
import { padSamples, repeatFrames } from '../../media/decode';
import type { MediaEntry, StoredClip } from '../types';
import { JpegDecoder } from './jpegDecoder';
import { framePlace, sampleBytes, type ClipRecord, type StoredFrames, type StoredSound } from './record';

export interface StoredReaderArgs {
  readonly config: { readonly clip: Pick<XkdConfig['clip'], 'framesPerSecond' | 'sampleRateHz'> };
  readonly modalities: readonly Modality[];
  /** With the originals, files up to this length are decoded whole [s]; windows are chosen accordingly. */
  readonly wholeSeconds: number;
  /** Number of frames and samples of a window. */
  readonly frameCount: number;
  readonly sampleCount: number;
  /** Decoder shared by all readers of a thread; default: a new one. */
  readonly jpegs?: JpegDecoder;
}

/** A window of an extracted clip. T frames, H height, W width. */
export interface StoredWindow {
  /** Start of the window in the original file [s]. */
  readonly startSeconds: number;
  /** `[T, H, W, 3]`. */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly waveform: Float32Array;
}

/** The file from which a clip was extracted. */
type Original = Pick<MediaEntry, 'path' | 'startSeconds'>;

/** Reads windows of extracted clips: the same windows as from the original file, reading only their bytes. */
export class StoredReader {
  private readonly jpegs: JpegDecoder;

  constructor(private readonly args: StoredReaderArgs) {
    this.jpegs = args.jpegs ?? new JpegDecoder();
  }

  /**
   * @param chooseStart chooses the first tick of the window, given the last one possible
   * @throws BadMedia if the original was unusable or lacks a stream, or the shard was damaged
   */
  read(file: Original, stored: StoredClip, chooseStart: (lastStart: number) => number): StoredWindow {
    if ('error' in stored) throw new BadMedia(file.path, stored.error);
    const { modalities, frameCount } = this.args;
    const shard = new OpenShard(file.path, stored.shard, stored.offset);
    try {
      const record = shard.record(stored.record);
      const wanted = (modality: Modality): boolean => modalities.includes(modality);
      if (wanted('video') && !record.frames) throw new BadMedia(file.path, lacksStream.video);
      if (wanted('audio') && !record.sound) throw new BadMedia(file.path, lacksStream.audio);
      const start = chooseStart(Math.max(0, this.ticks(record) - frameCount));
      return this.readWindow(file, shard, record, start);
    } finally {
      shard.close();
    }
  }

  /** @throws BadWindow if these bytes were damaged: the rest of the clip may be intact */
  private readWindow(file: Original, shard: OpenShard, record: ClipRecord, start: number): StoredWindow {
    const { modalities, config, frameCount, sampleCount } = this.args;
    const rate = config.clip.framesPerSecond;
    const wanted = (modality: Modality): boolean => modalities.includes(modality);
    try {
      const startSeconds = (file.startSeconds ?? 0) + start / rate;
      let frames: Uint8Array = new Uint8Array(0);
      if (wanted('video')) {
        const count = Math.min(frameCount, record.frames!.count - start);
        if (count <= 0) throw new BadMedia(file.path, `shows no picture at ${startSeconds.toFixed(1)} s`);
        const size = record.frames!.height * record.frames!.width * 3;
        frames = repeatFrames(this.readFrames(shard, record.frames!, start, count), size, 0, frameCount);
      }
      const firstSample = Math.round((start / rate) * config.clip.sampleRateHz);
      const waveform = wanted('audio')
        ? padSamples(shard.samples(record.sound!, firstSample, sampleCount), 0, sampleCount)
        : new Float32Array(0);
      return {
        startSeconds,
        frames,
        height: record.frames?.height ?? 0,
        width: record.frames?.width ?? 0,
        waveform,
      };
    } catch (error) {
      throw inWindow(error);
    }
  }

  /** Ticks of the clip from which windows are chosen: those known to a reader of the original file. */
  private ticks({ durationSeconds, frames, sound }: ClipRecord): number {
    const { wholeSeconds, modalities } = this.args;
    const { framesPerSecond, sampleRateHz } = this.args.config.clip;
    if (durationSeconds !== null && durationSeconds > wholeSeconds) {
      return Math.floor(durationSeconds * framesPerSecond);
    }
    return modalities.includes('video')
      ? Math.min(frames!.count, Math.ceil(wholeSeconds * framesPerSecond))
      : Math.floor(
          (Math.min(sound!.samples, Math.ceil(wholeSeconds * sampleRateHz)) / sampleRateHz) * framesPerSecond,
        );
  }

  private readFrames(shard: OpenShard, frames: StoredFrames, first: number, count: number): Uint8Array {
    if (typeof frames.bytes === 'number') return shard.frames(frames, first, count);
    const size = frames.height * frames.width * 3;
    const encoded = shard.frames(frames, first, count);
    const pixels = new Uint8Array(count * size);
    for (let i = 0, at = 0; i < count; i++) {
      const bytes = frames.bytes[first + i];
      if (
        !this.jpegs.decode(
          encoded.subarray(at, at + bytes),
          frames,
          pixels.subarray(i * size, (i + 1) * size),
        )
      ) {
        throw shard.damaged();
      }
      at += bytes;
    }
    return pixels;
  }
}

/** @param original the file that was extracted */
export function damagedIn(original: string, shard: string): BadMedia {
  return new BadMedia(original, `is damaged in the extracted set's ${basename(shard)}`);
}

/** A shard open for reading a clip; every byte is verified against its checksum. */
class OpenShard {
  private readonly file: number;

  constructor(
    private readonly original: string,
    private readonly path: string,
    private readonly offset: number,
  ) {
    try {
      this.file = openSync(path, 'r');
    } catch (error) {
      throw (
        machineLimit(error) ??
        new BadMedia(
          original,
          `cannot be read from ${path} (${String((error as NodeJS.ErrnoException).code)})`,
        )
      );
    }
  }

  close(): void {
    closeSync(this.file);
  }

  damaged(): BadMedia {
    return damagedIn(this.original, this.path);
  }

  record({ offset, bytes, checksum }: { offset: number; bytes: number; checksum: number }): ClipRecord {
    const text = this.bytes(offset, bytes);
    if (crc32(text) !== checksum) throw this.damaged();
    return JSON.parse(text.toString('utf8')) as ClipRecord;
  }

  /** The bytes of consecutive frames. */
  frames(frames: StoredFrames, first: number, count: number): Buffer {
    const start = framePlace(frames, first);
    const last = framePlace(frames, first + count - 1);
    const all = this.bytes(this.offset + start.offset, last.offset + last.bytes - start.offset);
    for (let i = 0, at = 0; i < count; i++) {
      const size = typeof frames.bytes === 'number' ? frames.bytes : frames.bytes[first + i];
      if (crc32(all.subarray(at, at + size)) !== frames.checksums[first + i]) throw this.damaged();
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
    const bytes = this.bytes(this.offset + offset + from * size, (to - from) * size);
    for (let block = firstBlock; block < endBlock; block++) {
      const at = (block - firstBlock) * blockSamples * size;
      if (crc32(bytes.subarray(at, at + blockSamples * size)) !== checksums[block]) throw this.damaged();
    }
    // The bytes have their own buffer, starting at offset 0.
    const at = (first - from) * size;
    if (encoding === 'float32') return new Float32Array(bytes.buffer, at, end - first);
    const values = new Float32Array(new Int16Array(bytes.buffer, at, end - first));
    for (let i = 0; i < values.length; i++) values[i] *= scale;
    return values;
  }

  private bytes(offset: number, count: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(count);
    for (let at = 0; at < count;) {
      const read = readSync(this.file, buffer, at, count - at, offset + at);
      if (read === 0) throw this.damaged();
      at += read;
    }
    return buffer;
  }
}
