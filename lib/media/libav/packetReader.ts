import {
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AVDISCARD_ALL,
  AVFMT_TS_DISCONT,
  AVSEEK_FLAG_BACKWARD,
  type AVFormatFlag,
} from 'node-av/constants';
import { Packet, type Stream } from 'node-av/lib';
import type { MediaFile } from './mediaFile';

/** A packet of one of the streams being read. The packet itself is valid only until the next one is read. */
export interface TimedPacket {
  readonly packet: Packet;
  readonly stream: Stream;
  /** Presentation time (decode time if the file gives none), from the start of the file [s]. */
  readonly seconds: number;
  /** Decode time [s]. */
  readonly decodeSeconds: number;
  readonly durationSeconds: number;
  /** True if the file gives the presentation time. */
  readonly isTimed: boolean;
  /** True if the file marks the packet as damaged or parts of it are missing. */
  readonly isCorrupt: boolean;
}

/** A larger jump of the timestamps is a restart, not a pause [s]. */
const longestPause = 10;
const longestStepBack = 0.1;

/**
 * Reads the packets of streams in file order. If the timestamps restart in a format that allows it, as in
 * concatenated recordings, they are continued.
 */
export class PacketReader {
  /** True if the timestamps restarted somewhere: packets read after a seek would have different ones. */
  leaps = false;
  private readonly packet = new Packet();
  private readonly byIndex = new Map<number, { stream: Stream; next: number | null; last: number | null }>();
  private readonly mayLeap: boolean;
  private offset = 0;

  constructor(
    private readonly file: MediaFile,
    streams: readonly Stream[],
  ) {
    this.packet.alloc();
    for (const stream of file.format.streams) {
      if (streams.some(({ index }) => index === stream.index))
        this.byIndex.set(stream.index, { stream, next: null, last: null });
      else stream.discard = AVDISCARD_ALL;
    }
    this.mayLeap = file.format.iformat?.hasFlags(AVFMT_TS_DISCONT as unknown as AVFormatFlag) ?? false;
  }

  /** @returns true on success: the next packet then most likely lies before that time */
  seek(stream: Stream, seconds: number): boolean {
    const { num, den } = stream.timeBase;
    const timestamp = BigInt(Math.floor(((seconds + this.file.startTimestamp) * den) / num));
    return this.file.format.seekFrameSync(stream.index, timestamp, AVSEEK_FLAG_BACKWARD) >= 0;
  }

  /** The next packet; null at the end of the file, or if it cannot be read any further. */
  next(): TimedPacket | null {
    for (;;) {
      this.packet.unref();
      if (this.file.format.readFrameSync(this.packet) < 0) return null;
      const state = this.byIndex.get(this.packet.streamIndex);
      if (state) return this.timed(state);
    }
  }

  close(): void {
    this.packet.free();
  }

  private timed(state: { stream: Stream; next: number | null; last: number | null }): TimedPacket {
    const { packet, file } = this;
    const { stream } = state;
    const { num, den } = stream.timeBase;
    const durationSeconds = (Number(packet.duration) * num) / den;
    const raw = file.seconds(packet.dts, stream.timeBase) ?? file.seconds(packet.pts, stream.timeBase);
    if (this.mayLeap && raw !== null && state.next !== null && state.last !== null) {
      const leap = raw + this.offset - state.next;
      if (Math.abs(leap) > longestPause || raw + this.offset + longestStepBack < state.last) {
        this.offset -= leap;
        this.leaps = true;
      }
    }
    if (this.offset !== 0) this.shift(Math.round((this.offset * den) / num));
    const isTimed = packet.pts !== AV_NOPTS_VALUE;
    const isCorrupt = (packet.flags & AV_PKT_FLAG_CORRUPT) !== 0;
    const decodeSeconds = raw === null ? (state.next ?? 0) : raw + this.offset;
    const seconds = file.seconds(packet.pts, stream.timeBase) ?? decodeSeconds;
    state.last = decodeSeconds;
    state.next = decodeSeconds + durationSeconds;
    return { packet, stream, seconds, decodeSeconds, durationSeconds, isTimed, isCorrupt };
  }

  private shift(ticks: number): void {
    const { packet } = this;
    if (packet.pts !== AV_NOPTS_VALUE) packet.pts += BigInt(ticks);
    if (packet.dts !== AV_NOPTS_VALUE) packet.dts += BigInt(ticks);
  }
}
