import { AV_CODEC_ID_H264 } from 'node-av/constants';
import type { Packet, Stream } from 'node-av/lib';
import type { FrameEncoding } from '../streams';
import type { Tracks } from '../tracks';
import { ReportKeeper, type DecodeReport } from './decodeReport';
import { KeyGroups, type HeldPacket } from './keyGroups';
import { MediaFile } from './mediaFile';
import { PacketReader } from './packetReader';
import { PictureMaker } from './pictureMaker';
import { PictureTicks } from './pictureTicks';
import type { FileScan } from './scan';
import { ShownPictures } from './shownPictures';
import { SoundTrack } from './soundTrack';
import { StreamDecoder } from './streamDecoder';
import { sameTime } from './times';

export interface DecodeFileArgs {
  readonly path: string;
  readonly tracks?: Tracks;
  readonly startSeconds: number;
  /** Infinity: to the end. */
  readonly seconds: number;
  /** Null: no pictures. */
  readonly framesPerSecond: number | null;
  readonly shortSide: number;
  /** Null: no sound. */
  readonly sampleRateHz: number | null;
  readonly encoding: FrameEncoding;
  readonly scan: FileScan;
  /** Decode all packets and report on them. */
  readonly wantsReport?: boolean;
}

/** Receivers of the decoded data. */
export interface DecodedSinks {
  readonly onPicture: (picture: Buffer) => void;
  readonly onSamples: (samples: Float32Array) => void;
  /** Called for each packet, as a sign of progress. */
  readonly onPacket?: () => void;
}

/** One way of reading a window, from the cheapest to the one that is always correct. */
interface Attempt {
  /** How long before the needed position reading begins [s]; Infinity: at the start of the file. */
  readonly back: number;
  /** Groups of pictures (GOPs) decoded before the one that is needed. */
  readonly lead: number;
  /** Decode every picture from the start of the file. */
  readonly keepAll: boolean;
}

const attempts: readonly Attempt[] = [
  { back: 1, lead: 0, keepAll: false },
  { back: 12, lead: 0, keepAll: false },
  { back: 40, lead: 1, keepAll: false },
  { back: Infinity, lead: 1, keepAll: false },
  { back: Infinity, lead: 0, keepAll: true },
];

/**
 * Decodes part of a file. Reading begins at an earlier key frame. The result is used only if the first
 * picture is shown at or before the start and no picture is damaged. Otherwise reading begins earlier, and
 * finally at the start of the file. The result therefore equals the same part of a decode of the whole file.
 *
 * @returns the report, if requested
 */
export function decodeFile(args: DecodeFileArgs, sinks: DecodedSinks): DecodeReport | undefined {
  const { startSeconds, scan } = args;
  const isWhole = startSeconds <= 0;
  for (const attempt of attempts) {
    const isLast = attempt === attempts.at(-1);
    if (isWhole && !isLast) continue;
    if (!scan.seekable && Number.isFinite(attempt.back)) continue;
    if (!scan.timedPictures && attempt.lead === 0 && !attempt.keepAll) continue;
    const report = args.wantsReport ? new ReportKeeper() : null;
    if (decodeOnce(args, attempt, sinks, isLast, report)) return report?.finish();
  }
  return undefined;
}

/** @returns false if the result cannot be trusted; nothing has been passed on then */
function decodeOnce(
  args: DecodeFileArgs,
  attempt: Attempt,
  sinks: DecodedSinks,
  isLast: boolean,
  report: ReportKeeper | null,
): boolean {
  const file = new MediaFile(args.path, args.tracks);
  const run = new Run(file, args, attempt, sinks, isLast, report);
  try {
    return run.decode();
  } finally {
    run.close();
    file.close();
  }
}

class Run {
  private readonly reader: PacketReader;
  private readonly video: {
    stream: Stream;
    decoder: StreamDecoder;
    groups: KeyGroups;
    shown: ShownPictures | null;
    ticks: PictureTicks;
    maker: PictureMaker;
  } | null = null;
  private readonly sound: { stream: Stream; track: SoundTrack } | null = null;
  private readonly held: (() => void)[] = [];
  private readonly fromStart: boolean;

  constructor(
    file: MediaFile,
    private readonly args: DecodeFileArgs,
    attempt: Attempt,
    private readonly sinks: DecodedSinks,
    private readonly isLast: boolean,
    private readonly report: ReportKeeper | null,
  ) {
    const { startSeconds, seconds, framesPerSecond, shortSide, sampleRateHz, encoding } = args;
    const { startTimestamp } = file;
    const streams = [framesPerSecond === null ? null : file.video, sampleRateHz === null ? null : file.audio];
    const hand = (work: () => void): void => {
      if (isLast) work();
      else this.held.push(work);
    };
    const [video, audio] = streams;
    if (audio) {
      const onSamples = (samples: Float32Array): void => hand(() => sinks.onSamples(samples));
      const track = new SoundTrack({
        stream: audio,
        startSeconds,
        seconds,
        sampleRateHz: sampleRateHz!,
        startTimestamp,
        report,
        onSamples,
      });
      this.sound = { stream: audio, track };
    }
    this.reader = new PacketReader(
      file,
      streams.flatMap((stream) => stream ?? []),
    );
    const needed =
      Math.min(video ? startSeconds : Infinity, this.sound?.track.neededFromSeconds ?? Infinity) -
      attempt.back;
    this.fromStart = needed <= 0 || !this.reader.seek((video ?? audio)!, needed);
    if (video) {
      const maker = new PictureMaker({ stream: video, shortSide, encoding });
      const ticks = new PictureTicks({
        stream: video,
        startSeconds,
        framesPerSecond: framesPerSecond!,
        count: Math.ceil(seconds * framesPerSecond!),
        startTimestamp,
        make: (frame) => maker.make(frame),
        onPicture: (picture) => hand(() => sinks.onPicture(picture)),
      });
      const groups = new KeyGroups({
        wantedSeconds: startSeconds,
        lead: attempt.lead,
        keepAll: attempt.keepAll,
        fromStart: this.fromStart,
      });
      // H.264 marks for each picture whether others refer to it.
      const mayLeaveOut = !report && video.codecpar.codecId === AV_CODEC_ID_H264 && args.scan.timedPictures;
      const decode = (packet: Packet, isShown: boolean): void => this.decodePicture(packet, isShown);
      const shown = mayLeaveOut
        ? new ShownPictures({ startSeconds, framesPerSecond: framesPerSecond!, decode })
        : null;
      this.video = { stream: video, decoder: new StreamDecoder(video), groups, shown, ticks, maker };
    }
  }

  decode(): boolean {
    const { video, sound, reader } = this;
    let isFirstSound = true;
    for (let next = reader.next(); next; next = reader.next()) {
      this.sinks.onPacket?.();
      this.report?.startPacket(next);
      if (next.stream.index === video?.stream.index) {
        if (!video.groups.push(next, this.takePacket)) return false;
      } else if (sound) {
        const isLate = isFirstSound && !this.fromStart && next.seconds > sound.track.neededFromSeconds;
        if (isLate) return false;
        isFirstSound = false;
        sound.track.push(next);
      }
      if ((video?.ticks.isDone ?? true) && (sound?.track.isDone ?? true)) break;
    }
    if (video && !video.ticks.isDone) {
      if (!video.groups.open(this.takePacket)) return false;
      video.shown?.finish();
      this.decodePicture(null, true);
      video.ticks.finish();
    }
    sound?.track.finish();
    if (!this.isLast && video && !this.areRight(video.ticks)) return false;
    this.held.forEach((work) => work());
    return true;
  }

  close(): void {
    this.reader.close();
    this.sound?.track.close();
    this.video?.groups.close();
    this.video?.shown?.close();
    this.video?.decoder.close();
    this.video?.ticks.close();
    this.video?.maker.close();
  }

  private readonly takePacket = (held: HeldPacket): void => {
    const { shown } = this.video!;
    if (shown) shown.push(held);
    else this.decodePicture(held.packet, true);
  };

  private decodePicture(packet: Packet | null, isShown: boolean): void {
    const { decoder, ticks, groups } = this.video!;
    if (ticks.isDone) return;
    decoder.leaveOut(!isShown);
    decoder.push(packet, (frame) => {
      this.report?.picture(frame);
      return ticks.take(frame, groups.firstWanted);
    });
    if (decoder.hasFailed) this.report?.damage();
  }

  /** True if the pictures begin where they must and none lacked a reference. */
  private areRight({ firstSeconds, firstDecodedSeconds, isDamaged }: PictureTicks): boolean {
    if (isDamaged || firstSeconds === null || firstDecodedSeconds === null) return false;
    const { firstKeySeconds } = this.video!.groups;
    // If the key frame itself does not come out, it is not a true one: the stream uses gradual (intra)
    // refresh.
    const isClean = firstKeySeconds === -Infinity || firstDecodedSeconds <= firstKeySeconds + sameTime;
    if (this.args.scan.timedPictures && !isClean) return false;
    return (
      firstSeconds <= this.args.startSeconds + sameTime ||
      (this.fromStart && this.video!.groups.firstWanted === -Infinity)
    );
  }
}
