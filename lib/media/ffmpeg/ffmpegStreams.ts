import { BadMedia, firstError, hasErrors } from '../badMedia';
import { fileUrl, runFfmpegOn } from './ffmpegOn';
import { showLife, showLevels, soundLevels } from './ffmpegRemarks';
import type { SoundLevels } from '../soundLevels';
import type { FfmpegInput, ScannedMedia } from '../scannedMedia';
import type { FrameEncoding, StreamArgs, StreamSinks } from '../streams';
import { toneMapping } from './toneMapping';

/**
 * Decodes part of a file with an ffmpeg process, where libav is not available. ffmpeg's seeks are not reliable for
 * every format, so it reads from the start of the file and the filters cut: correct, but slow far into long files.
 *
 * @returns the levels of the sound, if a report is wanted
 * @throws BadMedia if nothing can be decoded
 */
export async function streamByFfmpeg(
  path: string,
  scanned: ScannedMedia,
  args: StreamArgs,
  sinks: StreamSinks,
): Promise<SoundLevels | null> {
  const { frames, samples } = sinks;
  const receivers = [frames, samples].flatMap((sink) => (sink ? [(bytes: Buffer) => sink.push(bytes)] : []));
  const { log } = await runFfmpegOn(path, {
    args: ffmpegArgs(path, scanned, args, sinks.encoding ?? 'ppm'),
    sinks: [...receivers, () => undefined],
    host: args.host,
    signal: args.signal,
  });
  if (frames?.count === 0 && hasErrors(log)) {
    const at = args.startSeconds.toFixed(1);
    throw new BadMedia(path, `shows no picture at ${at} s (${firstError(log)})`);
  }
  const levels = args.onLevels && samples ? soundLevels(log) : null;
  return levels && { ...levels, channels: scanned.info.audio!.channels };
}

/** The outputs, and the one that shows life. */
const pipes = ['pipe:1', 'pipe:3', 'pipe:4'];

function ffmpegArgs(
  path: string,
  scanned: ScannedMedia,
  args: StreamArgs,
  encoding: FrameEncoding,
): string[] {
  const { video, audio, beginSeconds } = scanned.ffmpeg!;
  const outputs = [];
  const lifePipe = pipes[Number(args.framesPerSecond !== null) + Number(args.sampleRateHz !== null)];
  if (args.framesPerSecond !== null) {
    const count = Math.ceil(args.seconds * args.framesPerSecond);
    const filters = [showLife('metadata', lifePipe), ...pictureFilters(scanned, args, encoding)];
    const most = Number.isFinite(count) ? ['-frames:v', `${count}`] : [];
    const codec = encoding === 'jpeg' ? jpegCodec : ['-c:v', 'ppm'];
    outputs.push(['-map', `0:${video}`, '-vf', filters.join(','), ...most, '-f', 'image2pipe', ...codec]);
  }
  if (args.sampleRateHz !== null) {
    const filters = [showLife('ametadata', lifePipe), ...soundFilters(scanned, args)];
    const most = Number.isFinite(args.seconds) ? ['-t', `${args.seconds}`] : [];
    outputs.push(['-map', `0:${audio}`, '-af', filters.join(','), ...most, '-f', 'f32le']);
  }
  return [
    ...['-loglevel', 'level+info', '-nostats'],
    // However much of a file is damaged, the rest is used.
    ...['-max_error_rate', '1'],
    // One thread each, because several processes run in parallel.
    ...['-threads', '1', '-filter_threads', '1'],
    // Times count from the start of the streams that are used.
    ...['-itsoffset', (-beginSeconds).toFixed(6), '-i', fileUrl(path)],
    ...outputs.flatMap((output, i) => [...output, pipes[i]]),
  ];
}

function pictureFilters(scanned: ScannedMedia, args: StreamArgs, encoding: FrameEncoding): string[] {
  const { hdr, interlaced } = scanned.info.video!;
  return [
    ...(interlaced ? ['yadif=deint=interlaced'] : []),
    // With `round=up`, tick k gets the last frame that began at or before it, even if the rate varies.
    `fps=fps=${args.framesPerSecond}:round=up:start_time=${args.startSeconds.toFixed(6)}`,
    'setpts=PTS-STARTPTS',
    ...scaling(scanned.ffmpeg!, args.shortSide, hdr),
    'format=rgb24',
    ...(encoding === 'jpeg' ? jpegFilters : []),
  ];
}

const mostShapeDifference = 1.01;

/** Frames that change shape in mid-file keep their aspect ratio, between black bars. */
function scaling({ aspect }: FfmpegInput, shortSide: number, hdr: boolean): string[] {
  const width = aspect > 1 ? Math.max(shortSide, Math.round(shortSide * aspect)) : shortSide;
  const height = aspect > 1 ? shortSide : Math.max(shortSide, Math.round(shortSide / aspect));
  const isUsual = `between(dar*${height}/${width},${1 / mostShapeDifference},${mostShapeDifference})`;
  const innerWidth = `if(${isUsual},${width},min(${width},max(1,round(${height}*dar))))`;
  const innerHeight = `if(${isUsual},${height},min(${height},max(1,round(${width}/dar))))`;
  return [
    `scale=w='${innerWidth}':h='${innerHeight}':flags=bicubic`,
    ...(hdr ? toneMapping : []),
    'format=rgb24',
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
  ];
}

function soundFilters(scanned: ScannedMedia, args: StreamArgs): string[] {
  const { channels } = scanned.info.audio!;
  const equal = Array.from({ length: channels }, (_, i) => `${1 / channels}*c${i}`);
  const levels = args.onLevels ? showLevels : { channels: [], mix: [] };
  return [
    ...levels.channels,
    `pan=mono|c0=${equal.join('+')}`,
    ...levels.mix,
    // Timestamps determine positions, not sample counts: a late start and gaps become silence.
    `aresample=${args.sampleRateHz}:async=1:min_hard_comp=0.015:first_pts=0`,
    'aformat=sample_fmts=flt:channel_layouts=mono',
    `atrim=start_sample=${Math.round(args.startSeconds * args.sampleRateHz!)}`,
    'asetpts=PTS-STARTPTS',
  ];
}

/** JPEG's colour format: full range, BT.601, no chroma subsampling. */
const jpegFilters = ['scale=out_range=full:out_color_matrix=bt601', 'format=yuvj444p'];
const jpegCodec = ['-c:v', 'mjpeg', '-q:v', '2'];
