import { UserError } from '../errors';
import { BadMedia } from './badMedia';
import { decodeStreams } from './streams';
import type { Tracks } from './tracks';

export interface ClipArgs {
  /** Start of the window, counted from the start of the file [s]; default 0. */
  readonly startSeconds?: number;
  /** Length of the window [s]; default 4. */
  readonly clipSeconds?: number;
  /** Rate to which the frames are resampled [1/s]; default 8. */
  readonly framesPerSecond?: number;
  /** Shorter side of the frames [px]; default 112. */
  readonly shortSide?: number;
  /** Rate to which the sound is resampled [Hz]; default 16000. */
  readonly sampleRateHz?: number;
  /** Decode the pictures; default true. */
  readonly video?: boolean;
  /** Decode the sound; default true. */
  readonly audio?: boolean;
  /** Tracks to use where a file has several; default: those that the file marks. */
  readonly tracks?: Tracks;
  readonly signal?: AbortSignal;
}

/** A decoded window of a file. T frames, H height, W width. */
export interface DecodedClip {
  readonly startSeconds: number;
  readonly framesPerSecond: number;
  readonly sampleRateHz: number;
  /** `[T, H, W, 3]`, RGB; null if not requested. */
  readonly frames: Uint8Array | null;
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** `clipSeconds * sampleRateHz` samples in [-1, 1], mono; null if not requested. */
  readonly waveform: Float32Array | null;
}

/**
 * Decodes a window of a video: its frames at a constant rate and the sound of the same time range. Both stay
 * synchronised even if a stream starts late or the frame rate varies. Frame k is what a player shows at
 * `startSeconds + k / framesPerSecond`. If the file is shorter, the frames repeat from the first and the
 * sound is padded with silence.
 *
 * @throws UserError naming the file if it cannot be used, or the start if it lies beyond the file's end
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { decodeClip, openDataset } from 'xkd';
 * import { makeSampleSet } from 'xkd/internal';
 *
 * const { folder } = await makeSampleSet({ out: join(tmpdir(), 'decoded'), train: 1, test: 0 });
 * const { entries } = await openDataset(folder);
 * const clip = await decodeClip(entries[0].path, { clipSeconds: 1, framesPerSecond: 8, shortSide: 32 });
 * console.log(clip.frameCount, clip.width, clip.waveform?.length); // 8 32 16000
 * ```
 */
export async function decodeClip(path: string, args: ClipArgs = {}): Promise<DecodedClip> {
  const {
    startSeconds = 0,
    clipSeconds = 4,
    framesPerSecond = 8,
    shortSide = 112,
    sampleRateHz = 16000,
  } = args;
  const { video = true, audio = true } = args;
  if (!video && !audio) throw new UserError('Nothing to decode: ask for video, audio or both.');
  const streams = await decodeStreams(path, {
    startSeconds,
    seconds: clipSeconds,
    framesPerSecond: video ? framesPerSecond : null,
    shortSide,
    sampleRateHz: audio ? sampleRateHz : null,
    tracks: args.tracks,
    signal: args.signal,
    onScanned: ({ info: { durationSeconds } }) => {
      if (startSeconds >= 0 && !(durationSeconds !== null && startSeconds >= durationSeconds)) return;
      throw new BadMedia(path, `lasts ${durationSeconds} s, so no clip can start at ${startSeconds} s`);
    },
  });
  const { height, width } = streams;
  const frameCount = video ? Math.round(clipSeconds * framesPerSecond) : 0;
  const frameSize = height * width * 3;
  return {
    startSeconds,
    framesPerSecond,
    sampleRateHz,
    frames: video ? repeatFrames(streams.frames, frameSize, 0, frameCount) : null,
    frameCount,
    height,
    width,
    waveform: audio ? padSamples(streams.waveform, 0, Math.round(clipSeconds * sampleRateHz)) : null,
  };
}

/**
 * Frames from `first` on; if there are too few, the frames from `first` on are repeated.
 *
 * @param frameSize bytes of a frame
 * @returns `[count, ...]`, without copying if there are enough frames
 */
export function repeatFrames(
  frames: Uint8Array,
  frameSize: number,
  first: number,
  count: number,
): Uint8Array {
  const window = frames.subarray(first * frameSize, (first + count) * frameSize);
  if (window.length === count * frameSize) return window;
  const available = window.length / frameSize;
  const repeated = new Uint8Array(count * frameSize);
  for (let i = 0; i < count; i++) {
    const from = (i % available) * frameSize;
    repeated.set(window.subarray(from, from + frameSize), i * frameSize);
  }
  return repeated;
}

/** Samples from `first` on, padded with silence if there are too few; without copying if there are enough. */
export function padSamples(waveform: Float32Array, first: number, count: number): Float32Array {
  const window = waveform.subarray(first, first + count);
  if (window.length === count) return window;
  const padded = new Float32Array(count);
  padded.set(window);
  return padded;
}
