import { BadMedia, checkFile, firstError, hasErrors, lacksStream, openFailure } from './badMedia';
import { runFfmpeg } from './ffmpeg';
import { FrameReader } from './frameReader';
import { isDescribed, parseMediaInfo, type MediaInfo } from './mediaInfo';
import { fileUrl } from './probe';
import { SampleReader } from './sampleReader';

/** How frames come out of ffmpeg: as PPM pictures, or as JPEGs with full colour resolution in nearly the best quality. */
export type FrameEncoding = 'ppm' | 'jpeg';

export interface StreamArgs {
  /** Where reading starts, counted from the start of the file. */
  readonly startSeconds: number;
  /** How much is read at most; Infinity: to the end. */
  readonly seconds: number;
  /** Rate of the frames; null: no frames. */
  readonly framesPerSecond: number | null;
  /** Shorter side of the frames [px]. */
  readonly shortSide: number;
  /** Rate of the waveform; null: no sound. */
  readonly sampleRateHz: number | null;
  /** Called once when the file has described itself; may throw to stop. */
  readonly onInfo?: (info: MediaInfo) => void;
  /** Socket of an {@link FfmpegHost} that starts ffmpeg. */
  readonly host?: string;
  readonly signal?: AbortSignal;
}

/** Takes what ffmpeg sends of one stream, as it comes. */
export interface StreamSink {
  push(bytes: Buffer): void;
  /** Frames or samples that came so far. */
  readonly count: number;
}

/** Where the streams of a file go; null for those that are not asked for. */
export interface StreamSinks {
  readonly frames: StreamSink | null;
  /** Gets float32 samples. */
  readonly samples: StreamSink | null;
  /** Default: ppm. */
  readonly encoding?: FrameEncoding;
}

export interface DecodeArgs extends StreamArgs {
  /** Put the result into memory that threads share. */
  readonly shared?: boolean;
}

/** Frames and waveform as far as the file has them. n frames, H height, W width. */
export interface DecodedStreams {
  readonly info: MediaInfo;
  /** `[n, H, W, 3]`, red green blue; frame k is what a player shows at `startSeconds + k / framesPerSecond`. */
  readonly frames: Uint8Array;
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** Mean of the channels, in [-1, 1]; its first sample is heard at `startSeconds`. */
  readonly waveform: Float32Array;
}

/**
 * Decodes a stretch of a file into memory, see {@link streamFile}.
 *
 * @throws BadMedia if the file cannot be opened, lacks a stream that is asked for, or is truncated
 */
export async function decodeStreams(path: string, args: DecodeArgs): Promise<DecodedStreams> {
  const frames = new FrameReader(path, Math.ceil(args.seconds * (args.framesPerSecond ?? 0)));
  const samples = new SampleReader(Math.ceil(args.seconds * (args.sampleRateHz ?? 0)));
  const info = await streamFile(path, args, {
    frames: args.framesPerSecond === null ? null : frames,
    samples: args.sampleRateHz === null ? null : samples,
  });
  const shared = args.shared ?? false;
  return { info, ...frames.finish(shared), waveform: samples.finish(shared) };
}

/**
 * Decodes a stretch of a file in one ffmpeg process, pictures and sound on one clock, and hands on what comes.
 *
 * @throws BadMedia if the file cannot be opened, lacks a stream that is asked for, or is truncated
 */
export async function streamFile(path: string, args: StreamArgs, sinks: StreamSinks): Promise<MediaInfo> {
  await checkFile(path);
  const { frames, samples } = sinks;
  let described = args.onInfo === undefined;
  const { log } = await runFfmpeg({
    args: ffmpegArgs(path, args, sinks.encoding ?? 'ppm'),
    sinks: [frames, samples].flatMap((sink) => (sink ? [(bytes: Buffer) => sink.push(bytes)] : [])),
    onLog: (text) => {
      if (described || !isDescribed(text)) return;
      described = true;
      const info = parseMediaInfo(path, text);
      if (info) args.onInfo?.(info);
    },
    host: args.host,
    signal: args.signal,
  });
  const info = parseMediaInfo(path, log);
  if (!info) throw openFailure(path, log);
  checkStreams(path, info, args);
  checkComplete(path, { info, frameCount: frames?.count ?? 0, sampleCount: samples?.count ?? 0 }, args, log);
  return info;
}

function ffmpegArgs(path: string, args: StreamArgs, encoding: FrameEncoding): string[] {
  // One thread each: the processes run side by side. Without accurate seeking the frame that is on screen at
  // the start of the window, but began before it, is kept; the filters cut at exactly 0.
  const seek = args.startSeconds > 0 ? ['-ss', args.startSeconds.toFixed(6), '-noaccurate_seek'] : [];
  const input = ['-threads', '1', '-filter_threads', '1', ...seek, '-i', fileUrl(path)];
  const outputs = [];
  if (args.framesPerSecond !== null) {
    const count = Math.ceil(args.seconds * args.framesPerSecond);
    const size = args.shortSide;
    // `round=up` gives tick k the last frame that began at or before it, also where the rate varies.
    const filters = [
      `fps=fps=${args.framesPerSecond}:round=up:start_time=0`,
      `scale=w='if(lte(dar,1),${size},max(${size},round(${size}*dar)))':h='if(lte(dar,1),max(${size},round(${size}/dar)),${size})'`,
      'format=rgb24',
      ...(encoding === 'jpeg' ? jpegFilters : []),
    ];
    const most = Number.isFinite(count) ? ['-frames:v', `${count}`] : [];
    const codec = encoding === 'jpeg' ? jpegCodec : ['-c:v', 'ppm'];
    outputs.push(['-map', '0:V:0', '-vf', filters.join(','), ...most, '-f', 'image2pipe', ...codec]);
  }
  if (args.sampleRateHz !== null) {
    // Timestamps count, not samples: a late start and holes become silence. Gain 1: the mean of the channels.
    const filters = [
      `aresample=${args.sampleRateHz}:async=1:min_hard_comp=0.015:first_pts=0:rematrix_maxval=1`,
      'aformat=sample_fmts=flt:channel_layouts=mono',
    ];
    const most = Number.isFinite(args.seconds) ? ['-t', `${args.seconds}`] : [];
    outputs.push(['-map', '0:a:0', '-af', filters.join(','), ...most, '-f', 'f32le']);
  }
  const pipes = ['pipe:1', 'pipe:3'];
  return [
    '-loglevel',
    'level+info',
    '-nostats',
    ...input,
    ...outputs.flatMap((output, i) => [...output, pipes[i]]),
  ];
}

/** JPEG's own colours: full range, BT.601, none of the colour's resolution lost. */
const jpegFilters = ['scale=out_range=full:out_color_matrix=bt601', 'format=yuvj444p'];
const jpegCodec = ['-c:v', 'mjpeg', '-q:v', '2'];

function checkStreams(path: string, info: MediaInfo, args: StreamArgs): void {
  if (!info.video && !info.audio) throw new BadMedia(path, 'holds no pictures or sound that can be read');
  if (args.framesPerSecond !== null && !info.video) throw new BadMedia(path, lacksStream.video);
  if (args.sampleRateHz !== null && !info.audio) throw new BadMedia(path, lacksStream.audio);
}

interface Received {
  readonly info: MediaInfo;
  readonly frameCount: number;
  readonly sampleCount: number;
}

/** Refuses a file that ends well before it says it does, or of which nothing could be decoded. */
function checkComplete(path: string, decoded: Received, args: StreamArgs, log: string): void {
  const { framesPerSecond, sampleRateHz, startSeconds, seconds } = args;
  const videoSeconds = framesPerSecond === null ? 0 : decoded.frameCount / framesPerSecond;
  const audioSeconds = sampleRateHz === null ? 0 : decoded.sampleCount / sampleRateHz;
  const stated = decoded.info.durationSeconds;
  if (stated !== null && startSeconds < stated) {
    const expected = Math.min(stated - startSeconds, seconds);
    const missing = expected - Math.max(videoSeconds, audioSeconds);
    // One stream alone may rightly be shorter than the file; then ffmpeg has nothing to complain about.
    const suspicious = (framesPerSecond !== null && sampleRateHz !== null) || hasErrors(log);
    if (suspicious && missing > Math.max(leastMissingSeconds, 0.1 * expected)) {
      const held = (startSeconds + expected - missing).toFixed(1);
      throw new BadMedia(path, `is truncated: it holds ${held} s of the ${stated.toFixed(1)} s it announces`);
    }
  }
  if (framesPerSecond !== null && decoded.frameCount === 0) {
    const reason = hasErrors(log) ? ` (${firstError(log)})` : '';
    throw new BadMedia(path, `shows no picture at ${startSeconds.toFixed(1)} s${reason}`);
  }
}

const leastMissingSeconds = 0.5;
