import { BadMedia, lacksStream } from './badMedia';
import { hasLibav } from './decoderChoice';
import { streamByFfmpeg } from './ffmpeg/ffmpegStreams';
import { FrameReader } from './ffmpeg/frameReader';
import { runDecoder } from './libav/runDecoder';
import type { DecodeReport } from './libav/decodeReport';
import type { FileScan } from './libav/scan';
import type { MediaInfo } from './mediaInfo';
import { scanMedia, type ScannedMedia } from './probe';
import type { SoundLevels } from './soundLevels';
import { SampleReader } from './ffmpeg/sampleReader';
import type { Tracks } from './tracks';

/**
 * Output format of the decoder: PPM pictures, or JPEGs of nearly the best quality without chroma subsampling.
 */
export type FrameEncoding = 'ppm' | 'jpeg';

export interface StreamArgs {
  /** Start of reading, from the start of the file [s]. */
  readonly startSeconds: number;
  /** Largest duration to read [s]; Infinity: to the end. */
  readonly seconds: number;
  /** Rate of the frames [1/s]; null: no frames. */
  readonly framesPerSecond: number | null;
  /** Shorter side of the frames [px]. */
  readonly shortSide: number;
  /** Rate of the waveform [Hz]; null: no sound. */
  readonly sampleRateHz: number | null;
  /** Scan of the file, if available; default: it is scanned first. */
  readonly scanned?: ScannedMedia;
  /** Called once when the file has been scanned, before decoding; may throw to stop. */
  readonly onScanned?: (scanned: ScannedMedia) => void;
  /** Socket of an {@link FfmpegHost} whose processes decode. */
  readonly host?: string;
  readonly signal?: AbortSignal;
  /** Tracks to use; default: those that the file marks. They must be the same as in `scanned`. */
  readonly tracks?: Tracks;
  /** Called at the end with libav's report; all packets are decoded then. */
  readonly onReport?: (report: DecodeReport) => void;
  /** Called at the end with the levels of the sound, where ffmpeg decodes in libav's place. */
  readonly onLevels?: (levels: SoundLevels) => void;
}

/** Receives the decoded data of one stream as it arrives. */
export interface StreamSink {
  push(bytes: Buffer): void;
  /** Frames or samples received so far. */
  readonly count: number;
}

/** Receivers of a file's streams; null for streams that are not requested. */
export interface StreamSinks {
  readonly frames: StreamSink | null;
  /** Receives float32 samples. */
  readonly samples: StreamSink | null;
  /** Default: ppm. */
  readonly encoding?: FrameEncoding;
}

export interface DecodeArgs extends StreamArgs {
  /** Put the result into memory shared between threads. */
  readonly shared?: boolean;
}

/** Frames and waveform, as far as the file has them. n frames, H height, W width. */
export interface DecodedStreams {
  readonly scanned: ScannedMedia;
  /** `[n, H, W, 3]`, RGB; frame k is what a player shows at `startSeconds + k / framesPerSecond`. */
  readonly frames: Uint8Array;
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** Mean of the channels, in [-1, 1]; its first sample is at `startSeconds`. */
  readonly waveform: Float32Array;
}

/**
 * Decodes part of a file into memory, see {@link streamFile}.
 *
 * @throws BadMedia if the file cannot be opened, lacks a requested stream, or is truncated
 */
export async function decodeStreams(path: string, args: DecodeArgs): Promise<DecodedStreams> {
  const frames = new FrameReader(path, Math.ceil(args.seconds * (args.framesPerSecond ?? 0)));
  const samples = new SampleReader(Math.ceil(args.seconds * (args.sampleRateHz ?? 0)));
  const scanned = await streamFile(path, args, {
    frames: args.framesPerSecond === null ? null : frames,
    samples: args.sampleRateHz === null ? null : samples,
  });
  const shared = args.shared ?? false;
  return { scanned, ...frames.finish(shared), waveform: samples.finish(shared) };
}

/**
 * Decodes part of a file, pictures and sound on one clock, and passes data on as it arrives. The result
 * equals the same part of a decode of the whole file.
 *
 * @throws BadMedia if the file cannot be opened, lacks a requested stream, or is truncated
 */
export async function streamFile(path: string, args: StreamArgs, sinks: StreamSinks): Promise<ScannedMedia> {
  const scanned = args.scanned ?? (await scanMedia(path, args));
  args.onScanned?.(scanned);
  const { info, scan } = scanned;
  checkStreams(path, info, args);
  if (scan && hasLibav()) await streamByLibav(path, { ...args, scan }, sinks);
  else {
    const levels = await streamByFfmpeg(path, scanned, args, sinks);
    if (levels) args.onLevels?.(levels);
  }
  if (sinks.frames?.count === 0)
    throw new BadMedia(path, `shows no picture at ${args.startSeconds.toFixed(1)} s`);
  return scanned;
}

async function streamByLibav(
  path: string,
  args: StreamArgs & { readonly scan: FileScan },
  sinks: StreamSinks,
): Promise<void> {
  const { startSeconds, seconds, framesPerSecond, shortSide, sampleRateHz, scan, host, signal } = args;
  const { tracks, onReport } = args;
  const { frames, samples, encoding = 'ppm' } = sinks;
  const finite = Number.isFinite(seconds) ? seconds : null;
  const request = {
    kind: 'decode',
    path,
    tracks,
    startSeconds,
    seconds: finite,
    framesPerSecond,
    shortSide,
    sampleRateHz,
    encoding,
    scan,
    wantsReport: onReport !== undefined,
  } as const;
  const receivers = {
    onPictures: (bytes: Buffer) => frames?.push(bytes),
    onSamples: (bytes: Buffer) => samples?.push(bytes),
  };
  const { report } = await runDecoder(request, { ...receivers, host, signal });
  if (report) onReport?.(report);
}

function checkStreams(path: string, info: MediaInfo, args: StreamArgs): void {
  if (args.framesPerSecond !== null && !info.video) throw new BadMedia(path, lacksStream.video);
  if (args.sampleRateHz !== null && !info.audio) throw new BadMedia(path, lacksStream.audio);
}
