import type { TimedPacket } from './packetReader';
import { sameTime } from './times';

/** A packet and its times. */
export type HeldPacket = Pick<TimedPacket, 'packet' | 'seconds' | 'decodeSeconds'>;

/** Packets that begin with a key frame, from which on they can be decoded. */
interface KeyGroup {
  readonly seconds: number;
  readonly packets: HeldPacket[];
}

export interface KeyGroupsArgs {
  /** The frame that is shown then must come out [s]. */
  readonly wantedSeconds: number;
  /** Groups that are decoded before the one that is needed, for streams whose times or references are uncertain. */
  readonly lead: number;
  /** Whether packets come from the start of the file on. */
  readonly fromStart: boolean;
  /** Decode all from the start of the file. */
  readonly keepAll: boolean;
}

/** Holds packets back until it is certain with which key frame decoding has to begin. */
export class KeyGroups {
  private groups: KeyGroup[] = [];
  private isOpen = false;

  constructor(private readonly args: KeyGroupsArgs) {}

  /** Frames before it may lack what they refer to [s]; known once packets were handed on. */
  firstWanted = -Infinity;

  /**
   * @param decode given each packet that is to be decoded, in order
   * @returns false where the key frame lies before what was read
   */
  push(timed: TimedPacket, decode: (packet: HeldPacket) => void): boolean {
    if (this.isOpen) {
      decode(timed);
      return true;
    }
    if (this.args.keepAll) return this.open(decode) && this.push(timed, decode);
    const { wantedSeconds, lead, fromStart } = this.args;
    if (
      timed.decodeSeconds > wantedSeconds + sameTime ||
      (timed.packet.isKeyframe && timed.seconds > wantedSeconds + sameTime)
    ) {
      return this.open(decode) && this.push(timed, decode);
    }
    if (timed.packet.isKeyframe) {
      this.groups.push({ seconds: timed.seconds, packets: [] });
      for (const { packets } of this.groups.splice(0, this.groups.length - 1 - lead))
        packets.forEach(({ packet }) => packet.free());
    } else if (this.groups.length === 0 && fromStart) {
      this.groups.push({ seconds: -Infinity, packets: [] });
    }
    const { seconds, decodeSeconds } = timed;
    this.groups.at(-1)?.packets.push({ packet: timed.packet.clone()!, seconds, decodeSeconds });
    return true;
  }

  /** When the first key frame that is decoded is shown [s]. */
  firstKeySeconds = -Infinity;

  /** Hands on what is held. @returns false where the key frame lies before what was read */
  open(decode: (packet: HeldPacket) => void): boolean {
    if (this.isOpen) return true;
    const { lead, fromStart, keepAll } = this.args;
    this.isOpen = true;
    if (!keepAll && !fromStart && this.groups.length < 1 + lead) return false;
    // With a lead, frames from the group behind it on are certain; from the start of the file, all are.
    if (!keepAll && this.groups.length > lead) this.firstWanted = this.groups[lead].seconds;
    if (fromStart && this.groups.length <= lead) this.firstWanted = -Infinity;
    this.firstKeySeconds = this.groups[0]?.seconds ?? -Infinity;
    for (const { packets } of this.groups) {
      for (const packet of packets) {
        decode(packet);
        packet.packet.free();
      }
    }
    this.groups = [];
    return true;
  }

  close(): void {
    for (const { packets } of this.groups) packets.forEach(({ packet }) => packet.free());
    this.groups = [];
  }
}
