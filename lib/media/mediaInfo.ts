import { chooseTrack, type Tracks } from './tracks';

export interface VideoStreamInfo {
  readonly codec: string;
  /** Size as shown, after rotation [px]. */
  readonly width: number;
  readonly height: number;
  /** Average rate; null if the file does not state it. */
  readonly framesPerSecond: number | null;
  /** Presentation time of the first frame, from the start of the file [s]. */
  readonly startSeconds: number;
  /** Clockwise rotation that a player applies [degrees]: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
  /** True if its brightness exceeds the standard range (PQ or HLG). */
  readonly hdr: boolean;
  /** True if the file says that its frames consist of two fields with different times. */
  readonly interlaced: boolean;
  /** Its number among the file's video tracks, from 1, and the number of these tracks. */
  readonly track: number;
  readonly tracks: number;
}

export interface AudioStreamInfo {
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Time of the first sample, from the start of the file [s]. */
  readonly startSeconds: number;
  /** Its number among the file's audio tracks, from 1, and the number of these tracks. */
  readonly track: number;
  readonly tracks: number;
}

/** A media file's description from its header. The file starts where its earliest stream starts. */
export interface MediaInfo {
  readonly path: string;
  readonly format: string;
  /** Null if the file does not state it. */
  readonly durationSeconds: number | null;
  readonly video: VideoStreamInfo | null;
  readonly audio: AudioStreamInfo | null;
}

/**
 * Parses the description of the first input from ffmpeg's output at `-loglevel level+info`.
 *
 * @returns null while the description has not arrived
 */
export function parseMediaInfo(path: string, log: string, wanted: Tracks = {}): MediaInfo | null {
  const input = /Input #0, (.+), from /.exec(log);
  const duration = /Duration: (?:(\d+):(\d+):([\d.]+)|N\/A)(?:, start: (-?[\d.]+))?/.exec(log);
  if (!input || !duration) return null;
  const description = log
    .slice(duration.index)
    .split(/Stream mapping:|Output #0|At least one output file/)[0];
  const blocks = description.split(/(?=\n[^\n]*Stream #0:)/).slice(1);
  const start = Number(duration[4] ?? 0);
  const videos = blocks.filter(
    (block) => /Stream #0:\S+ Video:/.test(block) && !streamLine(block).includes('(attached pic)'),
  );
  const audios = blocks.filter((block) => /Stream #0:\S+ Audio:/.test(block));
  const isMarked = (block: string): boolean => streamLine(block).includes('(default)');
  const video = chooseTrack(path, 'video', videos.map(isMarked), wanted.video);
  const audio = chooseTrack(path, 'audio', audios.map(isMarked), wanted.audio);
  const placeOf = (at: number, all: readonly string[]) => ({ track: at + 1, tracks: all.length });
  return {
    path,
    format: input[1],
    durationSeconds:
      duration[1] === undefined
        ? null
        : 3600 * Number(duration[1]) + 60 * Number(duration[2]) + Number(duration[3]),
    video: video === null ? null : { ...parseVideo(videos[video], start), ...placeOf(video, videos) },
    audio: audio === null ? null : { ...parseAudio(audios[audio], start), ...placeOf(audio, audios) },
  };
}

/** True once the description is complete, i.e. ffmpeg has gone on to the next part of its output. */
export function isDescribed(log: string): boolean {
  return /Stream mapping:|Output #0|At least one output file|does not contain any stream|matches no streams/.test(
    log,
  );
}

function streamLine(block: string): string {
  return block.split('\n').find((line) => line.includes('Stream #')) ?? '';
}

type Untracked<T> = Omit<T, 'track' | 'tracks'>;

function parseVideo(block: string, fileStart: number): Untracked<VideoStreamInfo> {
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
    hdr: /smpte2084|arib-std-b67/.test(streamLine(block)),
    interlaced: /(top|bottom) (coded )?first/.test(streamLine(block)),
  };
}

function parseAudio(block: string, fileStart: number): Untracked<AudioStreamInfo> {
  return {
    codec: /Audio: (\w+)/.exec(block)?.[1] ?? 'unknown',
    sampleRateHz: Number(/, (\d+) Hz/.exec(block)?.[1] ?? 0),
    channels: channelsOf(/Hz, ([^,\n]+)/.exec(block)?.[1] ?? ''),
    startSeconds: startOf(block, fileStart),
  };
}

/** ffmpeg prints a stream's start only if it is not 0. */
function startOf(block: string, fileStart: number): number {
  const start = /, start (-?[\d.]+)/.exec(streamLine(block));
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
