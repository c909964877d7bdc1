import type { Frame } from 'node-av/lib';
import type { SoundLevels } from '../soundLevels';
import { ChannelLevels } from './channelMean';
import { isHdr, isInterlaced } from './frameFilters';
import type { TimedPacket } from './packetReader';

/** What a decoder found in part of a file. */
export interface DecodeReport extends SoundLevels {
  readonly packets: number;
  /**
   * Packets that could not be decoded, that yielded incomplete pictures or sound, or that were damaged in the
   * file.
   */
  readonly damagedPackets: number;
  readonly frames: number;
  readonly interlacedFrames: number;
  readonly hdrFrames: number;
}

/** Builds a {@link DecodeReport}. */
export class ReportKeeper {
  readonly levels = new ChannelLevels();
  private packets = 0;
  private readonly damaged = new Set<number>();
  private frames = 0;
  private interlacedFrames = 0;
  private hdrFrames = 0;

  /** @param packet the packet that is read now */
  startPacket({ isCorrupt }: Pick<TimedPacket, 'isCorrupt'>): void {
    this.packets++;
    if (isCorrupt) this.damaged.add(this.packets);
  }

  /**
   * Marks the current packet, or one that was waiting until now, as undecodable; it counts once, however many
   * decoders report it.
   */
  damage(): void {
    this.damaged.add(this.packets);
  }

  picture(frame: Frame): void {
    this.frames++;
    if (isInterlaced(frame)) this.interlacedFrames++;
    if (isHdr(frame.colorTrc)) this.hdrFrames++;
  }

  finish(): DecodeReport {
    const { packets, damaged, frames, interlacedFrames, hdrFrames, levels } = this;
    const { peak, channelPower, mixPower, channels } = levels;
    const sound = { peak, channelPower, mixPower, channels };
    return { packets, damagedPackets: damaged.size, frames, interlacedFrames, hdrFrames, ...sound };
  }
}
