import { openSync, readSync, closeSync } from 'node:fs';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_DISPOSITION_DEFAULT,
  AV_DISPOSITION_TIMED_THUMBNAILS,
  AV_FIELD_BB,
  AV_FIELD_BT,
  AV_FIELD_TB,
  AV_FIELD_TT,
  AV_FIELD_UNKNOWN,
  AV_NOPTS_VALUE,
  AV_OPT_TYPE_INT,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVMediaType,
} from 'node-av/constants';
import { avGetCodecName, Codec, CodecContext, FormatContext, type IRational, type Stream } from 'node-av/lib';
import { BadMedia } from '../badMedia';
import type { AudioStreamInfo, MediaInfo, VideoStreamInfo } from '../mediaInfo';
import { chooseTrack, type Tracks } from '../tracks';
import { isHdr } from './frameFilters';
import { turnOf } from './turn';

/** A media file opened with libav, and the two streams of it that are used. */
export class MediaFile {
  readonly video: Stream | null;
  readonly audio: Stream | null;
  /** Start of the file as a timestamp: that of the earlier of its two streams [s]. */
  readonly startTimestamp: number;

  private readonly tracks: Readonly<Record<'video' | 'audio', readonly Stream[]>>;

  /**
   * @throws BadMedia if the file cannot be opened, holds neither pictures nor sound, or lacks the requested
   * track
   */
  constructor(
    readonly path: string,
    wanted: Tracks = {},
    readonly format = open(path),
  ) {
    this.tracks = {
      video: tracksOf(format, AVMEDIA_TYPE_VIDEO),
      audio: tracksOf(format, AVMEDIA_TYPE_AUDIO),
    };
    try {
      this.video = this.choose('video', wanted.video);
      this.audio = this.choose('audio', wanted.audio);
      if (!this.video && !this.audio) throw new BadMedia(path, 'holds no pictures or sound that can be read');
    } catch (error) {
      this.close();
      throw error;
    }
    const starts = [this.video, this.audio].flatMap((stream) => (stream ? startOf(stream) : []));
    this.startTimestamp = starts.length > 0 ? Math.min(...starts) : 0;
  }

  get formatName(): string {
    return this.format.iformat?.name ?? 'unknown';
  }

  /**
   * Converts a timestamp of a stream to the time from the start of the file [s]; null if there is no
   * timestamp.
   */
  seconds(timestamp: bigint, timeBase: IRational): number | null {
    if (timestamp === AV_NOPTS_VALUE) return null;
    return (Number(timestamp) * timeBase.num) / timeBase.den - this.startTimestamp;
  }

  /**
   * Description of the file from its header. @param durationSeconds its length, if known better than from the
   * header
   */
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

  private choose(kind: 'video' | 'audio', wanted: number | undefined): Stream | null {
    const tracks = this.tracks[kind];
    const marked = tracks.map((stream) => stream.hasDisposition(AV_DISPOSITION_DEFAULT));
    const at = chooseTrack(this.path, kind, marked, wanted);
    return at === null ? null : tracks[at];
  }

  /** Number of a stream's track, and the number of tracks. */
  private placeOf(kind: 'video' | 'audio', { index }: Stream): { track: number; tracks: number } {
    const tracks = this.tracks[kind];
    return { track: 1 + tracks.findIndex((stream) => stream.index === index), tracks: tracks.length };
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
      hdr: isHdr(codecpar.colorTrc),
      interlaced: fieldOrders.includes(fieldOrderOf(stream)),
      ...this.placeOf('video', stream),
    };
  }

  private describeAudio(stream: Stream): AudioStreamInfo {
    const { codecpar } = stream;
    return {
      codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
      sampleRateHz: codecpar.sampleRate,
      channels: codecpar.channels,
      startSeconds: this.seconds(stream.startTime, stream.timeBase) ?? 0,
      ...this.placeOf('audio', stream),
    };
  }
}

function open(path: string): FormatContext {
  const format = new FormatContext();
  format.allocContext();
  // The prefix keeps the path from being read as an option, a protocol or a pattern.
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

/** Decodable tracks of one kind, without covers and thumbnails. */
function tracksOf(format: FormatContext, type: AVMediaType): Stream[] {
  return format.streams.filter(
    (stream) =>
      stream.codecpar.codecType === type &&
      !stream.hasDisposition(AV_DISPOSITION_ATTACHED_PIC) &&
      !stream.hasDisposition(AV_DISPOSITION_TIMED_THUMBNAILS) &&
      isComplete(stream) &&
      Codec.findDecoder(stream.codecpar.codecId) !== null,
  );
}

/** Field orders of frames that consist of two fields with different times. */
const fieldOrders: readonly number[] = [AV_FIELD_TT, AV_FIELD_BB, AV_FIELD_TB, AV_FIELD_BT];

function fieldOrderOf({ codecpar }: Stream): number {
  const context = new CodecContext();
  try {
    context.allocContext3(Codec.findDecoder(codecpar.codecId));
    context.parametersToContext(codecpar);
    return context.getOption('field_order', AV_OPT_TYPE_INT) ?? AV_FIELD_UNKNOWN;
  } finally {
    context.freeContext();
  }
}

/** True if the file describes a stream well enough to decode it. */
function isComplete({ codecpar }: Stream): boolean {
  return codecpar.codecType === AVMEDIA_TYPE_VIDEO
    ? codecpar.width > 0 && codecpar.height > 0
    : codecpar.sampleRate > 0 && codecpar.channels > 0;
}

function startOf({ startTime, timeBase }: Stream): number[] {
  return startTime === AV_NOPTS_VALUE ? [] : [(Number(startTime) * timeBase.num) / timeBase.den];
}
