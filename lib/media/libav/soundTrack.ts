import type { Stream } from 'node-av/lib';
import type { ReportKeeper } from './decodeReport';
import type { TimedPacket } from './packetReader';
import { SoundSegment } from './soundSegment';

export interface SoundTrackArgs {
  readonly stream: Stream;
  readonly startSeconds: number;
  /** Infinity: to the end. */
  readonly seconds: number;
  readonly sampleRateHz: number;
  readonly startTimestamp: number;
  readonly report: ReportKeeper | null;
  readonly onSamples: (samples: Float32Array) => void;
}

/** Length of the segments in which sound is decoded [s]. */
const segmentSeconds = 10;
/** Sound decoded before a segment so that the decoder settles [s]. */
const leadSeconds = 0.5;
/** Sound decoded after a segment, because decoders delay samples [s]. */
const tailSeconds = 0.5;

/** Assembles a window of a file's sound from its packets, segment by segment (see {@link SoundSegment}). */
export class SoundTrack {
  /** The first packet must not begin later than this, unless it is the file's first [s]. */
  readonly neededFromSeconds: number;
  private readonly segments = new Map<number, SoundSegment>();
  private readonly endSeconds: number;
  private nextSegment: number;
  private told = 0;

  constructor(private readonly args: SoundTrackArgs) {
    this.endSeconds = args.startSeconds + args.seconds;
    this.nextSegment = Math.floor(args.startSeconds / segmentSeconds);
    this.neededFromSeconds = this.nextSegment * segmentSeconds - leadSeconds;
  }

  get isDone(): boolean {
    return this.nextSegment * segmentSeconds >= this.endSeconds;
  }

  push({ packet, seconds, durationSeconds }: TimedPacket): void {
    while (
      !this.isDone &&
      seconds >= Math.min((this.nextSegment + 1) * segmentSeconds, this.endSeconds) + tailSeconds
    ) {
      // A jump over many segments costs nothing: they are silence.
      this.finishSegment(false);
    }
    for (let index = this.nextSegment; index <= this.nextSegment + 1; index++) {
      const start = index * segmentSeconds;
      if (start >= this.endSeconds || (index > 0 && seconds + durationSeconds <= start - leadSeconds))
        continue;
      let segment = this.segments.get(index);
      if (!segment) {
        const { stream, sampleRateHz, startTimestamp, report } = this.args;
        segment = new SoundSegment({
          stream,
          startSeconds: start,
          endSeconds: start + segmentSeconds,
          sampleRateHz,
          startTimestamp,
          report,
        });
        this.segments.set(index, segment);
      }
      segment.push(packet);
    }
  }

  /** Called when there are no more packets. */
  finish(): void {
    while (!this.isDone && this.segments.size > 0) this.finishSegment(true);
  }

  close(): void {
    for (const segment of this.segments.values()) segment.close();
    this.segments.clear();
  }

  private finishSegment(isLast: boolean): void {
    const index = this.nextSegment++;
    const segment = this.segments.get(index);
    if (!segment) return;
    const { startSeconds, sampleRateHz, onSamples } = this.args;
    this.segments.delete(index);
    if (isLast) segment.push(null);
    const first = Math.round(startSeconds * sampleRateHz);
    const segmentStart = index * segmentSeconds * sampleRateHz;
    const end = Math.min(
      segmentStart + segmentSeconds * sampleRateHz,
      Number.isFinite(this.endSeconds) ? first + Math.round(this.args.seconds * sampleRateHz) : Infinity,
      Math.round(segment.heldSeconds * sampleRateHz),
    );
    const from = Math.max(first, segmentStart);
    if (end > from) {
      // The samples in between are a gap.
      if (from - first > this.told) this.tell(new Float32Array(from - first - this.told), onSamples);
      this.tell(segment.finish(end - segmentStart).slice(from - segmentStart), onSamples);
    }
    segment.close();
  }

  private tell(samples: Float32Array, onSamples: (samples: Float32Array) => void): void {
    this.told += samples.length;
    onSamples(samples);
  }
}
