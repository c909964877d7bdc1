export interface VideoStreamInfo {
  readonly codec: string;
  /** Size as shown, with the rotation applied [px]. */
  readonly width: number;
  readonly height: number;
  /** Average rate; null if the file does not say. */
  readonly framesPerSecond: number | null;
  /** When the first frame is shown, counted from the start of the file [s]. */
  readonly startSeconds: number;
  /** Clockwise turn that a player applies [degrees]: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
}

export interface AudioStreamInfo {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** When the first sample is heard, counted from the start of the file [s]. */
  readonly startSeconds: number;
}

/** What a media file says of itself. The start of the file is that of its earliest stream. */
export interface MediaInfo {
  readonly path: string;
  readonly format: string;
  /** Null if the file does not say. */
  readonly durationSeconds: number | null;
  readonly video: VideoStreamInfo | null;
  readonly audio: AudioStreamInfo | null;
}

/**
 * Reads the description of the first input from what ffmpeg writes at `-loglevel level+info`.
 *
 * @returns null while the description is not there
 */
export function parseMediaInfo(path: string, log: string): MediaInfo | null {
  const input = /Input #0, (.+), from /.exec(log);
  const duration = /Duration: (?:(\d+):(\d+):([\d.]+)|N\/A)(?:, start: (-?[\d.]+))?/.exec(log);
  if (!input || !duration) return null;
  const description = log
    .slice(duration.index)
    .split(/Stream mapping:|Output #0|At least one output file/)[0];
  const blocks = description.split(/(?=\n[^\n]*Stream #0:)/).slice(1);
  const start = Number(duration[4] ?? 0);
  const video = blocks.find(
    (block) => /Stream #0:\S+ Video:/.test(block) && !block.includes('(attached pic)'),
  );
  const audio = blocks.find((block) => /Stream #0:\S+ Audio:/.test(block));
  return {
    path,
    format: input[1],
    durationSeconds:
      duration[1] === undefined
        ? null
        : 3600 * Number(duration[1]) + 60 * Number(duration[2]) + Number(duration[3]),
    video: video === undefined ? null : parseVideo(video, start),
    audio: audio === undefined ? null : parseAudio(audio, start),
  };
}

/** Whether the description is whole: ffmpeg has gone on to what comes after it. */
export function isDescribed(log: string): boolean {
  return /Stream mapping:|Output #0|At least one output file|does not contain any stream|matches no streams/.test(
    log,
  );
}

function parseVideo(block: string, fileStart: number): VideoStreamInfo {
  const size = /, (\d+)x(\d+)/.exec(block);
  const turn = Number(/rotation of (-?[\d.]+) degrees/.exec(block)?.[1] ?? 0);
  const rotationDegrees = (((Math.round(-turn / 90) * 90) % 360) + 360) % 360;
  const [width, height] = [Number(size?.[1] ?? 0), Number(size?.[2] ?? 0)];
  const rate = /, ([\d.]+)(k?) fps/.exec(block);
  return {
    codec: /Video: (\w+)/.exec(block)?.[1] ?? 'unknown',
    width: rotationDegrees % 180 === 0 ? width : height,
    height: rotationDegrees % 180 === 0 ? height : width,
    framesPerSecond: rate ? Number(rate[1]) * (rate[2] ? 1000 : 1) : null,
    startSeconds: startOf(block, fileStart),
    rotationDegrees,
  };
}

function parseAudio(block: string, fileStart: number): AudioStreamInfo {
  return {
    codec: /Audio: (\w+)/.exec(block)?.[1] ?? 'unknown',
    sampleRateHz: Number(/, (\d+) Hz/.exec(block)?.[1] ?? 0),
    channels: channelsOf(/Hz, ([^,\n]+)/.exec(block)?.[1] ?? ''),
    startSeconds: startOf(block, fileStart),
  };
}

/** ffmpeg names a stream's start where it is not 0. */
function startOf(block: string, fileStart: number): number {
  const start = /, start (-?[\d.]+)/.exec(block.split('\n').find((line) => line.includes('Stream #')) ?? '');
  return Math.max(0, (start ? Number(start[1]) : 0) - fileStart);
}

function channelsOf(layout: string): number {
  if (layout.startsWith('mono')) return 1;
  if (/^(stereo|downmix)/.test(layout)) return 2;
  if (layout.startsWith('quad')) return 4;
  const counted = /^(\d+) channels/.exec(layout);
  if (counted) return Number(counted[1]);
  const layers = /^(\d+)\.(\d+)/.exec(layout);
  return layers ? Number(layers[1]) + Number(layers[2]) : 0;
}
