import type { Packet } from 'node-av/lib';
import type { HeldPacket } from './keyGroups';
import { sameTime } from './times';

export interface ShownPicturesArgs {
  readonly startSeconds: number;
  readonly framesPerSecond: number;
  /** Decodes a packet; one that is not shown may be skipped if no other picture refers to it. */
  readonly decode: (packet: Packet, isShown: boolean) => void;
}

/** Largest number of packets held, whatever their times. */
const mostHeld = 64;

/**
 * Determines before decoding which pictures are shown at some tick: of 25 a second, at 8 ticks a second, two
 * thirds are not. A packet is held until the time of the next picture is known, since no later packet can be
 * shown before it is decoded.
 */
export class ShownPictures {
  private held: HeldPacket[] = [];
  /** Known times of the pictures, ascending [s]. */
  private times: number[] = [];

  constructor(private readonly args: ShownPicturesArgs) {}

  push({ packet, seconds, decodeSeconds }: HeldPacket): void {
    this.held.push({ packet: packet.clone()!, seconds, decodeSeconds });
    let place = this.times.length;
    while (place > 0 && this.times[place - 1] > seconds) place--;
    this.times.splice(place, 0, seconds);
    while (this.held.length > 0) {
      const first = this.held[0];
      const next = this.times.find((time) => time > first.seconds + sameTime);
      const isKnown = next !== undefined && next <= decodeSeconds;
      if (!isKnown && this.held.length <= mostHeld) break;
      this.decodeFirst(!isKnown || this.isShown(first.seconds, next));
    }
    const earliest = Math.min(...this.held.map((each) => each.seconds));
    while (this.times.length > 0 && this.times[0] < earliest) this.times.shift();
  }

  /** Called when there are no more packets. */
  finish(): void {
    while (this.held.length > 0) this.decodeFirst(true);
  }

  close(): void {
    for (const { packet } of this.held) packet.free();
    this.held = [];
  }

  private decodeFirst(isShown: boolean): void {
    const { packet } = this.held.shift()!;
    this.args.decode(packet, isShown);
    packet.free();
  }

  /** True if a tick lies between the time of a picture and that of the next one. */
  private isShown(seconds: number, next: number): boolean {
    const { startSeconds, framesPerSecond } = this.args;
    const tick = Math.max(0, Math.ceil((seconds - sameTime - startSeconds) * framesPerSecond - sameTime));
    return startSeconds + tick / framesPerSecond < next;
  }
}
