import type { DescribedStream, Description } from './ffmpegDescription';
import type { AudioStreamInfo, VideoStreamInfo } from '../mediaInfo';
import { chooseTrack, type Tracks } from '../tracks';

/** The track of a kind that is used, and where it is in the file. */
export interface DescribedTrack<Info> {
  readonly info: Info;
  /** Its stream's number in the file, from 0. */
  readonly index: number;
}

/** The track of the pictures; times are from the start of all streams. */
export function videoTrackOf(
  path: string,
  description: Description,
  wanted: Tracks,
): (DescribedTrack<VideoStreamInfo> & { readonly aspect: number }) | null {
  const place = placeOf(path, description, 'video', wanted.video);
  if (!place) return null;
  const { stream, track, tracks } = place;
  const { text, rotationDegrees, index } = stream;
  const isUpright = rotationDegrees % 180 === 0;
  const { width, height } = sizeOf(text);
  const pixel = /SAR (\d+):(\d+)/.exec(text);
  const pixelAspect = pixel && Number(pixel[1]) > 0 ? Number(pixel[1]) / Number(pixel[2]) : 1;
  const aspect = (width / height) * pixelAspect;
  const rate = /, ([\d.]+)(k?) fps/.exec(text);
  const info = {
    codec: /^\w+/.exec(text)![0],
    width: isUpright ? width : height,
    height: isUpright ? height : width,
    framesPerSecond: rate ? Number(rate[1]) * (rate[2] ? 1000 : 1) : null,
    startSeconds: startOf(text, description),
    rotationDegrees,
    hdr: /smpte2084|arib-std-b67/.test(text),
    interlaced: /(top|bottom) (coded )?first/.test(text),
    track,
    tracks,
  };
  return { info, index, aspect: isUpright ? aspect : 1 / aspect };
}

/** The track of the sound; times are from the start of all streams. */
export function audioTrackOf(
  path: string,
  description: Description,
  wanted: Tracks,
): DescribedTrack<AudioStreamInfo> | null {
  const place = placeOf(path, description, 'audio', wanted.audio);
  if (!place) return null;
  const { stream, track, tracks } = place;
  const { text, index } = stream;
  const info = {
    codec: /^\w+/.exec(text)![0],
    sampleRateHz: rateOf(text),
    channels: channelsOf(text),
    startSeconds: startOf(text, description),
    track,
    tracks,
  };
  return { info, index };
}

function placeOf(
  path: string,
  { streams }: Description,
  kind: 'video' | 'audio',
  wanted: number | undefined,
): { stream: DescribedStream; track: number; tracks: number } | null {
  const all = streams.filter((stream) => stream.kind === kind && isTrack(stream));
  const marked = all.map(({ text }) => text.includes('(default)'));
  const at = chooseTrack(path, kind, marked, wanted);
  return at === null ? null : { stream: all[at], track: at + 1, tracks: all.length };
}

/** False for covers and thumbnails, and for what the file does not describe well enough to decode it. */
function isTrack({ kind, text }: DescribedStream): boolean {
  if (/\((attached pic|timed thumbnails)\)/.test(text) || /^(none|unknown)\b/.test(text)) return false;
  return kind === 'video' ? sizeOf(text).width > 0 : rateOf(text) > 0 && channelsOf(text) > 0;
}

function sizeOf(text: string): { width: number; height: number } {
  const size = /, (\d+)x(\d+)/.exec(text);
  return { width: Number(size?.[1] ?? 0), height: Number(size?.[2] ?? 0) };
}

/** ffmpeg prints a stream's start only if it is not 0. */
function startOf(text: string, { startTimestamp }: Description): number {
  const start = /, start (-?[\d.]+)/.exec(text);
  return Math.max(0, (start ? Number(start[1]) : 0) - startTimestamp);
}

function rateOf(text: string): number {
  return Number(/, (\d+) Hz/.exec(text)?.[1] ?? 0);
}

const named: readonly [RegExp, number][] = [
  [/^mono/, 1],
  [/^(stereo|downmix|binaural)/, 2],
  [/^quad/, 4],
  [/^hexagonal/, 6],
  [/^(octagonal|cube)/, 8],
  [/^hexadecagonal/, 16],
];

function channelsOf(text: string): number {
  const layout = /Hz, ([^,]+)/.exec(text)?.[1] ?? '';
  const known = named.find(([name]) => name.test(layout));
  if (known) return known[1];
  const counted = /^(\d+) channels/.exec(layout);
  if (counted) return Number(counted[1]);
  const ambisonic = /^ambisonic (\d+)/.exec(layout);
  if (ambisonic) return (Number(ambisonic[1]) + 1) ** 2;
  // As 5.1 or 7.1.4: at ear height, low frequencies, above.
  const layers = /^\d+(\.\d+)+/.exec(layout)?.[0] ?? '0';
  return layers.split('.').reduce((sum, count) => sum + Number(count), 0);
}
