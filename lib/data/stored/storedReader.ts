import type { Modality, XkdConfig } from '../../config';
import { BadMedia, lacksStream } from '../../media';
import { inWindow } from '../loader/stretch';
import { padSamples, repeatFrames } from '../../media/decode';
import type { MediaEntry, StoredClip } from '../types';
import { JpegDecoder } from './jpegDecoder';
import { OpenShards, type OpenClip } from './openShards';
import type { ReadMemory } from './readMemory';
import type { ClipRecord, StoredFrames } from './record';

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
  /** Shards shared by all readers of a thread; default: they are opened for each window. */
  readonly shards?: OpenShards;
  /** Memory of the windows; default: each has its own. */
  readonly memory?: ReadMemory;
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
    const shards = this.args.shards ?? new OpenShards();
    try {
      const clip = shards.clip(file.path, stored, this.args.memory);
      const { record } = clip;
      const wanted = (modality: Modality): boolean => modalities.includes(modality);
      if (wanted('video') && !record.frames) throw new BadMedia(file.path, lacksStream.video);
      if (wanted('audio') && !record.sound) throw new BadMedia(file.path, lacksStream.audio);
      const start = chooseStart(Math.max(0, this.ticks(record) - frameCount));
      return this.readWindow(file, clip, start);
    } finally {
      if (shards !== this.args.shards) shards.close();
    }
  }

  /** @throws BadWindow if these bytes were damaged: the rest of the clip may be intact */
  private readWindow(file: Original, clip: OpenClip, start: number): StoredWindow {
    const { record } = clip;
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
        frames = repeatFrames(this.readFrames(clip, record.frames!, start, count), size, 0, frameCount);
      }
      const firstSample = Math.round((start / rate) * config.clip.sampleRateHz);
      const waveform = wanted('audio')
        ? padSamples(clip.samples(record.sound!, firstSample, sampleCount), 0, sampleCount)
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

  private readFrames(clip: OpenClip, frames: StoredFrames, first: number, count: number): Uint8Array {
    if (typeof frames.bytes === 'number') return clip.frames(frames, first, count);
    const size = frames.height * frames.width * 3;
    const encoded = clip.frames(frames, first, count);
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
        throw clip.damaged();
      }
      at += bytes;
    }
    return pixels;
  }
}
