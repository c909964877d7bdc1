import { BadMedia, firstError, hasErrors } from './badMedia';
import { runFfmpegOn } from './ffmpegOn';
import type { MediaInfo } from './mediaInfo';
import { fileUrl } from './probe';
import type { FrameEncoding, StreamArgs, StreamSinks } from './streams';

/**
 * Decodes part of a file with an ffmpeg process, where libav is not available. ffmpeg's seeks are not
 * reliable for every format, so it reads from the start of the file and the filters cut: correct, but slow
 * far into long files.
 *
 * @throws BadMedia if the file is damaged or truncated
 */
export async function streamByFfmpeg(
  path: string,
  info: MediaInfo,
  args: StreamArgs,
  sinks: StreamSinks,
): Promise<void> {
  const { frames, samples, encoding = 'ppm' } = sinks;
  const receivers = [frames, samples].flatMap((sink) => (sink ? [(bytes: Buffer) => sink.push(bytes)] : []));
  const { log } = await runFfmpegOn(path, {
    args: ffmpegArgs(path, info, args, encoding),
    sinks: [...receivers, () => undefined],
    host: args.host,
    signal: args.signal,
  });
  checkComplete(path, { info, frameCount: frames?.count ?? 0, sampleCount: samples?.count ?? 0 }, args, log);
}

function ffmpegArgs(path: string, info: MediaInfo, args: StreamArgs, encoding: FrameEncoding): string[] {
  const [video, audio] = [info.video, info.audio].map((stream) => (stream?.track ?? 1) - 1);
  // One thread each, because several processes run in parallel.
  const input = ['-threads', '1', '-filter_threads', '1', '-i', fileUrl(path)];
  const start = args.startSeconds.toFixed(6);
  const outputs = [];
  const lifePipe = pipes[Number(args.framesPerSecond !== null) + Number(args.sampleRateHz !== null)];
  if (args.framesPerSecond !== null) {
    const count = Math.ceil(args.seconds * args.framesPerSecond);
    const size = args.shortSide;
    // With `round=up`, tick k gets the last frame that began at or before it, even if the rate varies.
    const filters = [
      ...showLife('metadata', lifePipe),
      `fps=fps=${args.framesPerSecond}:round=up:start_time=${start}`,
      'setpts=PTS-STARTPTS',
      `scale=w='if(lte(dar,1),${size},max(${size},round(${size}*dar)))':h='if(lte(dar,1),max(${size},round(${size}/dar)),${size})'`,
      'format=rgb24',
      ...(encoding === 'jpeg' ? jpegFilters : []),
    ];
    const most = Number.isFinite(count) ? ['-frames:v', `${count}`] : [];
    const codec = encoding === 'jpeg' ? jpegCodec : ['-c:v', 'ppm'];
    outputs.push(['-map', `0:V:${video}`, '-vf', filters.join(','), ...most, '-f', 'image2pipe', ...codec]);
  }
  if (args.sampleRateHz !== null) {
    // Timestamps determine positions, not sample counts: a late start and gaps become silence. Gain 1: the
    // mean of the channels.
    const filters = [
      ...showLife('ametadata', lifePipe),
      `aresample=${args.sampleRateHz}:async=1:min_hard_comp=0.015:first_pts=0:rematrix_maxval=1`,
      'aformat=sample_fmts=flt:channel_layouts=mono',
      `atrim=start_sample=${Math.round(args.startSeconds * args.sampleRateHz)}`,
      'asetpts=PTS-STARTPTS',
    ];
    const most = Number.isFinite(args.seconds) ? ['-t', `${args.seconds}`] : [];
    outputs.push(['-map', `0:a:${audio}`, '-af', filters.join(','), ...most, '-f', 'f32le']);
  }
  return [
    '-loglevel',
    'level+info',
    '-nostats',
    ...input,
    ...outputs.flatMap((output, i) => [...output, pipes[i]]),
  ];
}

/** The outputs, and the one that shows life. */
const pipes = ['pipe:1', 'pipe:3', 'pipe:4'];

/**
 * Filters that write a line for each frame that is decoded. On its way to a window far into a file, ffmpeg
 * says nothing else for long.
 */
function showLife(filter: 'metadata' | 'ametadata', pipe: string): string[] {
  const file = pipe.replace(':', '\\:');
  return [`${filter}=mode=add:key=life:value=1`, `${filter}=mode=print:key=life:direct=1:file='${file}'`];
}

/** JPEG's colour format: full range, BT.601, no chroma subsampling. */
const jpegFilters = ['scale=out_range=full:out_color_matrix=bt601', 'format=yuvj444p'];
const jpegCodec = ['-c:v', 'mjpeg', '-q:v', '2'];

interface Received {
  readonly info: MediaInfo;
  readonly frameCount: number;
  readonly sampleCount: number;
}

/** Rejects a file that ends well before its announced end, or from which nothing could be decoded. */
function checkComplete(path: string, decoded: Received, args: StreamArgs, log: string): void {
  const { framesPerSecond, sampleRateHz, startSeconds, seconds } = args;
  const videoSeconds = framesPerSecond === null ? 0 : decoded.frameCount / framesPerSecond;
  const audioSeconds = sampleRateHz === null ? 0 : decoded.sampleCount / sampleRateHz;
  const stated = decoded.info.durationSeconds;
  if (stated !== null && startSeconds < stated) {
    const expected = Math.min(stated - startSeconds, seconds);
    const missing = expected - Math.max(videoSeconds, audioSeconds);
    // A single stream may legitimately be shorter than the file; ffmpeg then reports no errors.
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
