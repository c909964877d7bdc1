import { openSync, readSync, closeSync } from 'node:fs';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_DISPOSITION_DEFAULT,
  AV_DISPOSITION_TIMED_THUMBNAILS,
  AV_NOPTS_VALUE,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVMediaType,
} from 'node-av/constants';
import { avGetCodecName, Codec, FormatContext, type IRational, type Stream } from 'node-av/lib';
import { BadMedia } from '../badMedia';
import type { AudioStreamInfo, MediaInfo, VideoStreamInfo } from '../mediaInfo';
import { turnOf } from './turn';

/** A media file that libav has opened, and the two of its streams that are used. */
export class MediaFile {
  readonly video: Stream | null;
  readonly audio: Stream | null;
  /** Timestamp at which the file starts: that of the earlier of its two streams [s]. */
  readonly startTimestamp: number;

  /** @throws BadMedia if it cannot be opened, or holds neither pictures nor sound */
  constructor(
    readonly path: string,
    readonly format = open(path),
  ) {
    this.video = chooseStream(format, AVMEDIA_TYPE_VIDEO);
    this.audio = chooseStream(format, AVMEDIA_TYPE_AUDIO);
    if (!this.video && !this.audio) {
      this.close();
      throw new BadMedia(path, 'holds no pictures or sound that can be read');
    }
    const starts = [this.video, this.audio].flatMap((stream) => (stream ? startOf(stream) : []));
    this.startTimestamp = starts.length > 0 ? Math.min(...starts) : 0;
  }

  get formatName(): string {
    return this.format.iformat?.name ?? 'unknown';
  }

  /** A timestamp of a stream, counted from the start of the file [s]; null where there is none. */
  seconds(timestamp: bigint, timeBase: IRational): number | null {
    if (timestamp === AV_NOPTS_VALUE) return null;
    return (Number(timestamp) * timeBase.num) / timeBase.den - this.startTimestamp;
  }

  /** What the file says of itself. @param durationSeconds its length, where that is known better than by its header */
  describe(durationSeconds: number | null): MediaInfo {
    return {
      path: this.path,
      format: this.formatName,
      durationSeconds,
      video: this.video && this.describeVideo(this.video),
      audio: this.audio && this.describeAudio(this.audio),
    };
  }

  close(): void {
    this.format.closeInputSync();
  }

  private describeVideo(stream: Stream): VideoStreamInfo {
    const { codecpar, avgFrameRate } = stream;
    const { degrees } = turnOf(stream);
    const upright = degrees % 180 === 0;
    const rate = avgFrameRate.num / avgFrameRate.den;
    return {
      codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
      width: upright ? codecpar.width : codecpar.height,
      height: upright ? codecpar.height : codecpar.width,
      framesPerSecond: avgFrameRate.num > 0 && avgFrameRate.den > 0 ? Math.round(rate * 1000) / 1000 : null,
      startSeconds: this.seconds(stream.startTime, stream.timeBase) ?? 0,
      rotationDegrees: degrees,
    };
  }

  private describeAudio(stream: Stream): AudioStreamInfo {
    const { codecpar } = stream;
    return {
      codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
      sampleRateHz: codecpar.sampleRate,
      channels: codecpar.channels,
      startSeconds: this.seconds(stream.startTime, stream.timeBase) ?? 0,
    };
  }
}

function open(path: string): FormatContext {
  const format = new FormatContext();
  format.allocContext();
  // Never read as an option, a protocol or a pattern.
  if (format.openInputSync(`file:${path}`) < 0) throw openFailure(path);
  if (format.findStreamInfoSync() < 0) {
    format.closeInputSync();
    throw openFailure(path);
  }
  return format;
}

function openFailure(path: string): BadMedia {
  const isMp4 = headOf(path).toString('latin1', 4, 8) === 'ftyp';
  if (isMp4) return new BadMedia(path, 'is truncated: its index (the moov atom) is missing');
  return new BadMedia(path, 'holds no pictures or sound that can be read');
}

function headOf(path: string): Buffer {
  const file = openSync(path, 'r');
  const head = Buffer.alloc(8);
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head;
}

/** The track that the file marks as its default, else the first; covers and thumbnails are none. */
function chooseStream(format: FormatContext, type: AVMediaType): Stream | null {
  const usable = format.streams.filter(
    (stream) =>
      stream.codecpar.codecType === type &&
      !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) &&
      !stream.hasDisposition(AV_DISPOSITION_TIMED_THUMBNAILS) &&
      isComplete(stream) &&
      Codec.findDecoder(stream.codecpar.codecId) !== null,
  );
  return usable.find((stream) => stream.hasDisposition(AV_DISPOSITION_DEFAULT)) ?? usable[0] ?? null;
}

/** Whether the file tells enough of a stream to decode it. */
function isComplete({ codecpar }: Stream): boolean {
  return codecpar.codecType === AVMEDIA_TYPE_VIDEO
    ? codecpar.width > 0 && codecpar.height > 0
    : codecpar.sampleRate > 0 && codecpar.channels > 0;
}

function startOf({ startTime, timeBase }: Stream): number[] {
  return startTime === AV_NOPTS_VALUE ? [] : [(Number(startTime) * timeBase.num) / timeBase.den];
}
