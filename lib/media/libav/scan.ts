import { AV_NOPTS_VALUE } from 'node-av/constants';
import { BadMedia } from '../badMedia';
import type { MediaInfo } from '../mediaInfo';
import type { Tracks } from '../tracks';
import { emptyReason, inMicroseconds, requireWhole, type Lengths } from '../wholeness';
import { MediaFile } from './mediaFile';
import { PacketReader } from './packetReader';

/** Result of reading all packets of a file without decoding them. */
export interface FileScan {
  /** End of the pictures and of the sound, from the start of the file [s]; null if there are none. */
  readonly videoEndSeconds: number | null;
  readonly audioEndSeconds: number | null;
  /** True if packets have the same timestamps after a seek as without one. */
  readonly seekable: boolean;
  /** True if the file gives the presentation time of each picture. */
  readonly timedPictures: boolean;
}

export interface ScannedFile {
  readonly info: MediaInfo;
  /** Length from which windows are chosen: that of the pictures, or of the sound if there are none [s]. */
  readonly usableSeconds: number;
  readonly scan: FileScan;
}

export interface ScanFileArgs {
  readonly tracks?: Tracks;
  /** Called for each packet, as a sign of progress. */
  readonly onPacket?: () => void;
}

/** Formats whose seeks keep timestamps exact; all others are read from the start. */
const seekableFormats = ['mov', 'matroska', 'mpegts', 'mpeg', 'avi', 'wav', 'flv', 'asf', 'aiff', 'flac'];

/**
 * Reads all packets of a file to find its true length and whether it is complete. The result is the same for
 * every window.
 *
 * @throws BadMedia if the file cannot be opened, holds nothing, or ends well before its announced end
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
    requireWhole(path, lengthsOf(file, heldSeconds, Math.max(...ends.values())));
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

/** @param allSeconds where the last of all streams ends, including unused ones such as subtitles */
function lengthsOf(file: MediaFile, heldSeconds: number, allSeconds: number): Lengths {
  const { format, startTimestamp } = file;
  return {
    stated: Math.max(isEstimated(file) ? 0 : Number(format.duration) / 1e6, framesSeconds(file)),
    // Some writers state the last timestamp instead of the length.
    reached: Math.max(allSeconds, heldSeconds, allSeconds + startTimestamp),
    held: heldSeconds,
  };
}

/**
 * Duration of the frames that an AVI announces [s]; for a truncated AVI, libav itself shortens the length.
 */
function framesSeconds({ formatName, video }: MediaFile): number {
  if (formatName !== 'avi' || !video) return 0;
  const { num, den } = video.timeBase;
  return (Number(video.nbFrames) * num) / den;
}

/** True if libav estimated the length from size and bit rate, as it does if nothing in the file states it. */
function isEstimated({ format }: MediaFile): boolean {
  if (format.duration === AV_NOPTS_VALUE) return true;
  return (
    format.streams.every(({ duration }) => duration === AV_NOPTS_VALUE) &&
    ['aac', 'mp3'].includes(format.iformat?.name ?? '')
  );
}
