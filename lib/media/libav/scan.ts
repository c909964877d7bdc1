import { AV_NOPTS_VALUE } from 'node-av/constants';
import { BadMedia } from '../badMedia';
import type { MediaInfo } from '../mediaInfo';
import type { Tracks } from '../tracks';
import { MediaFile } from './mediaFile';
import { PacketReader } from './packetReader';

/** What reading all packets of a file told, without decoding them. */
export interface FileScan {
  /** Where the pictures and the sound end, counted from the start of the file; null: there are none [s]. */
  readonly videoEndSeconds: number | null;
  readonly audioEndSeconds: number | null;
  /** Whether what is read after a seek has the timestamps that it has without. */
  readonly seekable: boolean;
  /** Whether the file says when each picture is shown. */
  readonly timedPictures: boolean;
}

export interface ScannedFile {
  readonly info: MediaInfo;
  /** Among what windows are chosen: the length of the pictures, or of the sound where there are none [s]. */
  readonly usableSeconds: number;
  readonly scan: FileScan;
}

export interface ScanFileArgs {
  readonly tracks?: Tracks;
  /** Called for each packet: there is progress. */
  readonly onPacket?: () => void;
}

/** Formats whose seeks keep timestamps exact; all others are read from their start. */
const seekableFormats = ['mov', 'matroska', 'mpegts', 'mpeg', 'avi', 'wav', 'flv', 'asf', 'aiff', 'flac'];

/** A file may end this much before what it announces. */
const leastMissingSeconds = 0.5;
const mostMissingShare = 0.1;

/**
 * Reads all packets of a file: how long it really is, and whether it is whole. It is the same for every window.
 *
 * @throws BadMedia if it cannot be opened, holds nothing, or ends well before what it announces
 */
export function scanFile(path: string, { tracks, onPacket }: ScanFileArgs = {}): ScannedFile {
  const file = new MediaFile(path, tracks);
  try {
    const { video, audio } = file;
    const streams = file.format.streams;
    const reader = new PacketReader(file, streams);
    const ends = new Map<number, number>();
    let timedPictures = true;
    for (let next = reader.next(); next; next = reader.next()) {
      onPacket?.();
      const { index } = next.stream;
      ends.set(index, Math.max(ends.get(index) ?? 0, next.seconds + lengthOf(next)));
      if (index === video?.index && !next.isTimed) timedPictures = false;
    }
    reader.close();
    const endOf = (index: number | undefined): number | null => {
      const end = index === undefined ? undefined : ends.get(index);
      return end === undefined ? null : inMicroseconds(end);
    };
    const [videoEndSeconds, audioEndSeconds] = [endOf(video?.index), endOf(audio?.index)];
    const heldSeconds = Math.max(videoEndSeconds ?? 0, audioEndSeconds ?? 0);
    if (heldSeconds === 0) throw new BadMedia(path, emptyReason(file));
    requireWhole(file, heldSeconds, Math.max(...ends.values()));
    const seekable =
      !reader.leaps && seekableFormats.some((name) => file.formatName.split(',').includes(name));
    return {
      info: file.describe(heldSeconds),
      usableSeconds: videoEndSeconds ?? heldSeconds,
      scan: { videoEndSeconds, audioEndSeconds, seekable, timedPictures },
    };
  } finally {
    file.close();
  }
}

function lengthOf({
  durationSeconds,
  stream,
}: {
  durationSeconds: number;
  stream: { avgFrameRate: { num: number; den: number } };
}) {
  if (durationSeconds > 0) return durationSeconds;
  const { num, den } = stream.avgFrameRate;
  return num > 0 && den > 0 ? den / num : 0;
}

/** Free of what adding binary fractions leaves: whole frames are counted from it. */
function inMicroseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function emptyReason({ video, audio }: MediaFile): string {
  if (video && audio) return 'holds no pictures and no sound: its streams are empty';
  return video ? 'holds no pictures: its video stream is empty' : 'holds no sound: its audio stream is empty';
}

/** @param allSeconds where the last of all streams ends, also of those that are not used, such as subtitles */
function requireWhole(file: MediaFile, heldSeconds: number, allSeconds: number): void {
  const { format, path, startTimestamp } = file;
  const stated = Math.max(isEstimated(file) ? 0 : Number(format.duration) / 1e6, framesSeconds(file));
  // Some writers state the last timestamp instead of the length.
  const reached = Math.max(allSeconds, heldSeconds, allSeconds + startTimestamp);
  const missing = stated - reached;
  if (missing <= Math.max(leastMissingSeconds, mostMissingShare * stated)) return;
  throw new BadMedia(
    path,
    `is truncated: it holds ${heldSeconds.toFixed(1)} s of the ${stated.toFixed(1)} s it announces`,
  );
}

/** Length of the frames that an AVI announces [s]: of a cut one, libav shortens the length itself. */
function framesSeconds({ formatName, video }: MediaFile): number {
  if (formatName !== 'avi' || !video) return 0;
  const { num, den } = video.timeBase;
  return (Number(video.nbFrames) * num) / den;
}

/** Whether libav has made the length up from size and bit rate, as it does where nothing in the file tells it. */
function isEstimated({ format }: MediaFile): boolean {
  if (format.duration === AV_NOPTS_VALUE) return true;
  return (
    format.streams.every(({ duration }) => duration === AV_NOPTS_VALUE) &&
    ['aac', 'mp3'].includes(format.iformat?.name ?? '')
  );
}
