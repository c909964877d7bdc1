import { AV_CHANNEL_LAYOUT_MONO, AV_NOPTS_VALUE, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { SoftwareResampleContext, type Frame, type Packet, type Stream } from 'node-av/lib';
import { meanOfChannels } from './channelMean';
import type { ReportKeeper } from './decodeReport';
import { StreamDecoder } from './streamDecoder';

export interface SoundSegmentArgs {
  readonly stream: Stream;
  /** Start of the segment, in whole seconds, so that samples of both rates coincide there. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly sampleRateHz: number;
  /** Start of the file as a timestamp [s]. */
  readonly startTimestamp: number;
  readonly report: ReportKeeper | null;
}

/** Sound decoded around a segment to give the resampling filter its context [s]; whole seconds. */
const marginSeconds = 1;
/** Smaller differences between timestamps and the sample count are imprecision, not a gap [s]. */
const leastHoleSeconds = 0.015;
/** Timestamps of frames of constant length this close to their grid are considered rounded [s]. */
const roundingSeconds = 0.0006;

/**
 * A segment of sound that is decoded and resampled on its own. A decoder's output depends on what it decoded
 * before (synthetic noise, predictions, the phase of a resampler). Sound is therefore decoded in segments at
 * fixed positions in the file, wherever reading begins.
 */
export class SoundSegment {
  /** End of its last sample, from the start of the file [s]; 0 if there is none. */
  heldSeconds = 0;
  private readonly decoder: StreamDecoder;
  private readonly sourceRate: number;
  private readonly source: Float32Array;
  private next: number | null = null;

  constructor(private readonly args: SoundSegmentArgs) {
    const { stream, startSeconds, endSeconds } = args;
    this.decoder = new StreamDecoder(stream);
    this.sourceRate = stream.codecpar.sampleRate;
    this.source = new Float32Array(
      Math.ceil((endSeconds - startSeconds + 2 * marginSeconds) * this.sourceRate),
    );
  }

  push(packet: Packet | null): void {
    this.decoder.push(packet, (frame) => {
      this.take(frame);
      return frame;
    });
    if (this.decoder.hasFailed) this.args.report?.damage();
  }

  /**
   * The segment at the target rate.
   *
   * @param samples their number, from the segment's start
   */
  finish(samples: number): Float32Array {
    const { sampleRateHz } = this.args;
    const margin = marginSeconds * sampleRateHz;
    if (this.sourceRate === sampleRateHz) return this.source.subarray(margin, margin + samples);
    // Upper bound on how far the filter reaches beyond the end.
    const needed = Math.min(
      this.source.length,
      Math.ceil(((margin + samples) / sampleRateHz + marginSeconds / 2) * this.sourceRate),
    );
    return resample(this.source.subarray(0, needed), this.sourceRate, sampleRateHz).subarray(
      margin,
      margin + samples,
    );
  }

  close(): void {
    this.decoder.close();
  }

  private take(frame: Frame): void {
    const mean = meanOfChannels(frame);
    if (!mean) return;
    this.args.report?.levels.add(frame, mean);
    const values =
      frame.sampleRate === this.sourceRate || frame.sampleRate <= 0
        ? mean
        : stretch(mean, this.sourceRate / frame.sampleRate);
    const counted = this.next;
    let at = this.placeOf(frame, values.length) ?? counted ?? 0;
    if (counted !== null && Math.abs(at - counted) <= leastHoleSeconds * this.sourceRate) at = counted;
    this.next = at + values.length;
    const from = Math.max(0, -at);
    const to = Math.min(values.length, this.source.length - at);
    if (to > from) this.source.set(values.subarray(from, to), at + from);
    this.heldSeconds = Math.max(
      this.heldSeconds,
      this.args.startSeconds - marginSeconds + this.next / this.sourceRate,
    );
  }

  /** Position of a frame's first sample at the source rate; null if the frame has no timestamp. */
  private placeOf(frame: Frame, length: number): number | null {
    const { stream, startTimestamp, startSeconds } = this.args;
    const { num, den } = stream.timeBase;
    if (frame.bestEffortTimestamp === AV_NOPTS_VALUE) return null;
    const stamp = (Number(frame.bestEffortTimestamp) * num) / den;
    const origin = startTimestamp + startSeconds - marginSeconds;
    const size = stream.codecpar.frameSize;
    const first = stream.startTime === AV_NOPTS_VALUE ? null : (Number(stream.startTime) * num) / den;
    if (size > 1 && first !== null) {
      // Aligned by its end, because the first frame may be cut at its start.
      const frames = ((stamp - first) * this.sourceRate + length) / size;
      const off = Math.abs(frames - Math.round(frames)) * (size / this.sourceRate);
      if (off <= roundingSeconds)
        return Math.round((first - origin) * this.sourceRate) + Math.round(frames) * size - length;
    }
    return Math.round((stamp - origin) * this.sourceRate);
  }
}

function resample(source: Float32Array, fromRate: number, toRate: number): Float32Array {
  const context = new SoftwareResampleContext();
  context.allocSetOpts2(
    AV_CHANNEL_LAYOUT_MONO as never,
    AV_SAMPLE_FMT_FLT,
    toRate,
    AV_CHANNEL_LAYOUT_MONO as never,
    AV_SAMPLE_FMT_FLT,
    fromRate,
  );
  try {
    if (context.init() < 0) throw new Error(`Sound of ${fromRate} Hz cannot be resampled.`);
    const most = Math.ceil((source.length / fromRate) * toRate) + toRate;
    const out = Buffer.alloc(4 * most);
    const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    const first = Math.max(0, context.convertSync([out], most, [bytes], source.length));
    const rest = Math.max(0, context.convertSync([out.subarray(4 * first)], most - first, null, 0));
    return new Float32Array(out.buffer, out.byteOffset, first + rest);
  } finally {
    context.free();
  }
}

/** For the rare frame whose rate differs from that of its stream. */
function stretch(values: Float32Array, factor: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(values.length * factor) },
    (_, i) => values[Math.min(values.length - 1, Math.floor(i / factor))],
  );
}
