import type { TimedPacket } from './packetReader';
import { sameTime } from './times';

/** A packet and its times. */
export type HeldPacket = Pick<TimedPacket, 'packet' | 'seconds' | 'decodeSeconds'>;

/** Packets from a key frame on; decoding can start at the first. */
interface KeyGroup {
  readonly seconds: number;
  readonly packets: HeldPacket[];
}

export interface KeyGroupsArgs {
  /** Time of the frame that must come out [s]. */
  readonly wantedSeconds: number;
  /** Groups decoded before the one that is needed, for streams with unreliable times or references. */
  readonly lead: number;
  /** True if packets are read from the start of the file. */
  readonly fromStart: boolean;
  /** Decode everything from the start of the file. */
  readonly keepAll: boolean;
}

/** Buffers packets until it is certain at which key frame decoding has to begin. */
export class KeyGroups {
  private groups: KeyGroup[] = [];
  private isOpen = false;

  constructor(private readonly args: KeyGroupsArgs) {}

  /** Frames before this time may lack references [s]; known once packets have been passed on. */
  firstWanted = -Infinity;

  /**
   * @param decode called with each packet to decode, in order
   * @returns false if the key frame lies before the packets read
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

  /** Display time of the first key frame that is decoded [s]. */
  firstKeySeconds = -Infinity;

  /** Passes on the buffered packets. @returns false if the key frame lies before the packets read */
  open(decode: (packet: HeldPacket) => void): boolean {
    if (this.isOpen) return true;
    const { lead, fromStart, keepAll } = this.args;
    this.isOpen = true;
    if (!keepAll && !fromStart && this.groups.length < 1 + lead) return false;
    // With a lead, frames from the group after it on are certain; from the start of the file, all are.
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
