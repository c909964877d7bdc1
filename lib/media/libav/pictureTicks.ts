import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Frame, Stream } from 'node-av/lib';
import { isDamaged, newFrame } from './streamDecoder';
import { sameTime } from './times';

export interface PictureTicksArgs {
  readonly stream: Stream;
  /** Time of tick 0, counted from the start of the file [s]. */
  readonly startSeconds: number;
  readonly framesPerSecond: number;
  /** Ticks at most. */
  readonly count: number;
  /** Timestamp at which the file starts [s]. */
  readonly startTimestamp: number;
  /** Makes the picture of a frame. */
  readonly make: (frame: Frame) => Buffer;
  readonly onPicture: (picture: Buffer) => void;
}

/** Length of a last frame where neither it nor the stream tells one [s]. */
const usualFrameSeconds = 0.04;

/**
 * Turns decoded frames into pictures at an even rate: at each tick, the last frame that began at or before it, as a player
 * shows it; before the first one, the first. What a tick shows depends on the frames' own times alone.
 */
export class PictureTicks {
  /** When the first frame that came out is shown [s]. */
  firstDecodedSeconds: number | null = null;
  /** When the first frame that was taken is shown [s]; null: there was none. */
  firstSeconds: number | null = null;
  /** Whether a frame was damaged, or lacked one that it refers to. */
  isDamaged = false;
  private shown: { frame: Frame; seconds: number; durationSeconds: number; picture: Buffer | null } | null =
    null;
  private spare = newFrame();
  private told = 0;

  constructor(private readonly args: PictureTicksArgs) {}

  /** Whether all ticks are told. */
  get isDone(): boolean {
    return this.told >= this.args.count;
  }

  /** Pictures told so far. */
  get count(): number {
    return this.told;
  }

  /**
   * @param firstWanted frames before it are passed over: they may refer to some that were not decoded [s]
   * @returns a frame to be filled next
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

  /** There are no more frames: the last one is shown for its own length. */
  finish(): void {
    if (this.shown) this.tellUntil(this.shown.seconds + this.shown.durationSeconds);
  }

  close(): void {
    this.shown?.frame.free();
    this.spare.free();
  }

  /** Tells the ticks before a time at which another frame is shown. */
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
