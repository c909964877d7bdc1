import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame, Stream } from 'node-av/lib';
import { isDamaged, newFrame } from './streamDecoder';
import { sameTime } from './times';

export interface PictureTicksArgs {
  readonly stream: Stream;
  /** Time of tick 0, from the start of the file [s]. */
  readonly startSeconds: number;
  readonly framesPerSecond: number;
  /** Largest number of ticks. */
  readonly count: number;
  /** Start of the file as a timestamp [s]. */
  readonly startTimestamp: number;
  /** Converts a frame to a picture. */
  readonly make: (frame: Frame) => Buffer;
  readonly onPicture: (picture: Buffer) => void;
}

/** Duration of the last frame if neither it nor the stream gives one [s]. */
const usualFrameSeconds = 0.04;

/**
 * Resamples decoded frames to a constant rate. Each tick gets the last frame that began at or before it, as a
 * player shows it; ticks before the first frame get the first. The result depends only on the frames' own
 * times.
 */
export class PictureTicks {
  /** Presentation time of the first decoded frame [s]. */
  firstDecodedSeconds: number | null = null;
  /** Presentation time of the first frame taken [s]; null if there was none. */
  firstSeconds: number | null = null;
  /** True if a frame was damaged or lacked a reference. */
  isDamaged = false;
  private shown: { frame: Frame; seconds: number; durationSeconds: number; picture: Buffer | null } | null =
    null;
  private spare = newFrame();
  private told = 0;

  constructor(private readonly args: PictureTicksArgs) {}

  /** True once all ticks have been emitted. */
  get isDone(): boolean {
    return this.told >= this.args.count;
  }

  /** Pictures emitted so far. */
  get count(): number {
    return this.told;
  }

  /**
   * @param firstWanted frames before this time are skipped: their references may not have been decoded [s]
   * @returns a frame to fill next
   */
  take(frame: Frame, firstWanted: number): Frame {
    const { num, den } = this.args.stream.timeBase;
    const stamp = frame.bestEffortTimestamp;
    const durationSeconds = (Number(frame.duration) * num) / den || this.usualDuration();
    const after = this.shown ? this.shown.seconds + this.shown.durationSeconds : 0;
    const seconds = stamp === AV_NOPTS_VALUE ? after : (Number(stamp) * num) / den - this.args.startTimestamp;
    this.firstDecodedSeconds ??= seconds;
    if (seconds < firstWanted - sameTime || this.isDone || (this.shown && seconds < this.shown.seconds))
      return frame;
    if (isDamaged(frame)) this.isDamaged = true;
    this.firstSeconds ??= seconds;
    const next = this.shown?.frame ?? this.spare;
    this.tellUntil(seconds);
    this.shown = { frame, seconds, durationSeconds, picture: null };
    return next;
  }

  /** Called when there are no more frames: the last one is shown for its own duration. */
  finish(): void {
    if (this.shown) this.tellUntil(this.shown.seconds + this.shown.durationSeconds);
  }

  close(): void {
    this.shown?.frame.free();
    this.spare.free();
  }

  /** Emits the ticks before the presentation time of the next frame. */
  private tellUntil(seconds: number): void {
    const { startSeconds, framesPerSecond, make, onPicture } = this.args;
    while (this.shown && !this.isDone && startSeconds + this.told / framesPerSecond + sameTime < seconds) {
      this.shown.picture ??= make(this.shown.frame);
      this.told++;
      onPicture(this.shown.picture);
    }
  }

  private usualDuration(): number {
    const { num, den } = this.args.stream.avgFrameRate;
    return num > 0 && den > 0 ? den / num : usualFrameSeconds;
  }
}
