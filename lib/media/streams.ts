import { BadMedia, checkFile, firstError, hasErrors, openFailure } from './badMedia';
import { runFfmpeg } from './ffmpeg';
import { FrameReader } from './frameReader';
import { isDescribed, parseMediaInfo, type MediaInfo } from './mediaInfo';
import { fileUrl } from './probe';
import { SampleReader } from './sampleReader';

export interface StreamArgs {
  /** Where reading starts, counted from the start of the file. */
  readonly startSeconds: number;
  /** How much is read at most. */
  readonly seconds: number;
  /** Rate of the frames; null: no frames. */
  readonly framesPerSecond: number | null;
  /** Shorter side of the frames [px]. */
  readonly shortSide: number;
  /** Rate of the waveform; null: no sound. */
  readonly sampleRateHz: number | null;
  /** Put the result into memory that threads share. */
  readonly shared?: boolean;
  /** Called once when the file has described itself; may throw to stop. */
  readonly onInfo?: (info: MediaInfo) => void;
  /** Socket of an {@link FfmpegHost} that starts ffmpeg. */
  readonly host?: string;
  readonly signal?: AbortSignal;
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
 * Decodes a stretch of a file in one ffmpeg process, pictures and sound on one clock.
 *
 * @throws BadMedia if the file cannot be opened, lacks a stream that is asked for, or is truncated
 */
export async function decodeStreams(path: string, args: StreamArgs): Promise<DecodedStreams> {
  await checkFile(path);
  const frames = new FrameReader(path, Math.ceil(args.seconds * (args.framesPerSecond ?? 0)));
  const samples = new SampleReader(Math.ceil(args.seconds * (args.sampleRateHz ?? 0)));
  const sinks = [];
  if (args.framesPerSecond !== null) sinks.push((bytes: Buffer) => frames.push(bytes));
  if (args.sampleRateHz !== null) sinks.push((bytes: Buffer) => samples.push(bytes));
  let described = args.onInfo === undefined;
  const { log } = await runFfmpeg({
    args: ffmpegArgs(path, args),
    sinks,
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
  const decoded = {
    info,
    ...frames.finish(args.shared ?? false),
    waveform: samples.finish(args.shared ?? false),
  };
  checkComplete(path, decoded, args, log);
  return decoded;
}

function ffmpegArgs(path: string, args: StreamArgs): string[] {
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
    ];
    outputs.push([
      '-map',
      '0:V:0',
      '-vf',
      filters.join(','),
      '-frames:v',
      `${count}`,
      '-f',
      'image2pipe',
      '-c:v',
      'ppm',
    ]);
  }
  if (args.sampleRateHz !== null) {
    // Timestamps count, not samples: a late start and holes become silence. Gain 1: the mean of the channels.
    const filters = [
      `aresample=${args.sampleRateHz}:async=1:min_hard_comp=0.015:first_pts=0:rematrix_maxval=1`,
      'aformat=sample_fmts=flt:channel_layouts=mono',
    ];
    outputs.push(['-map', '0:a:0', '-af', filters.join(','), '-t', `${args.seconds}`, '-f', 'f32le']);
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

function checkStreams(path: string, info: MediaInfo, args: StreamArgs): void {
  if (!info.video && !info.audio) throw new BadMedia(path, 'is not a video');
  if (args.framesPerSecond !== null && !info.video) throw new BadMedia(path, 'has no video stream');
  if (args.sampleRateHz !== null && !info.audio) throw new BadMedia(path, 'has no audio stream');
}

/** Refuses a file that ends well before it says it does, or of which nothing could be decoded. */
function checkComplete(path: string, decoded: DecodedStreams, args: StreamArgs, log: string): void {
  const { framesPerSecond, sampleRateHz, startSeconds, seconds } = args;
  const videoSeconds = framesPerSecond === null ? 0 : decoded.frameCount / framesPerSecond;
  const audioSeconds = sampleRateHz === null ? 0 : decoded.waveform.length / sampleRateHz;
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
