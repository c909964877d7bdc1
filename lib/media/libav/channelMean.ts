import {
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_DBLP,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_S32P,
  AV_SAMPLE_FMT_U8,
  AV_SAMPLE_FMT_U8P,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';

type Samples = Float32Array | Float64Array | Int16Array | Int32Array | Uint8Array;
type SampleArray = new (buffer: ArrayBufferLike, offset: number, length: number) => Samples;

interface SampleFormat {
  readonly array: SampleArray;
  readonly isPlanar: boolean;
  /** Factor applied after subtracting the offset below. */
  readonly scale: number;
  readonly zero: number;
}

const kinds = [
  [AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, Float32Array, 1, 0],
  [AV_SAMPLE_FMT_DBL, AV_SAMPLE_FMT_DBLP, Float64Array, 1, 0],
  [AV_SAMPLE_FMT_S16, AV_SAMPLE_FMT_S16P, Int16Array, 2 ** -15, 0],
  [AV_SAMPLE_FMT_S32, AV_SAMPLE_FMT_S32P, Int32Array, 2 ** -31, 0],
  [AV_SAMPLE_FMT_U8, AV_SAMPLE_FMT_U8P, Uint8Array, 2 ** -7, 128],
] as const;

const formats = new Map<number, SampleFormat>(
  kinds.flatMap(([packed, planar, array, scale, zero]) => [
    [packed as number, { array, isPlanar: false, scale, zero }],
    [planar as number, { array, isPlanar: true, scale, zero }],
  ]),
);

/**
 * Mean of all channels of a frame, in [-1, 1], whatever their layout; null if the sample format is unknown.
 */
export function meanOfChannels(frame: Frame): Float32Array | null {
  const form = formats.get(frame.format as number);
  const planes = frame.extendedData;
  const { channels, nbSamples: count } = frame;
  if (!form || !planes || channels < 1) return null;
  const { array, isPlanar, scale, zero } = form;
  const mean = new Float32Array(count);
  const factor = scale / channels;
  if (isPlanar) {
    for (let c = 0; c < channels; c++) {
      const values = view(array, planes[c], count);
      for (let i = 0; i < count; i++) mean[i] += (values[i] - zero) * factor;
    }
    return mean;
  }
  const values = view(array, planes[0], count * channels);
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[at++] - zero;
    mean[i] = sum * factor;
  }
  return mean;
}

function view(array: SampleArray, bytes: Buffer, count: number): Samples {
  const size = (array as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
  if (bytes.byteOffset % size === 0) return new array(bytes.buffer, bytes.byteOffset, count);
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(0, count * size));
  return new array(copy.buffer, 0, count);
}

/** Power of the channels of a sound, and of their mean. */
export class ChannelLevels {
  peak = 0;
  channels = 0;
  private values = 0;
  private channelSquares = 0;
  private means = 0;
  private meanSquares = 0;

  /** Mean square over all channels. */
  get channelPower(): number {
    return this.values === 0 ? 0 : this.channelSquares / this.values;
  }

  /** Mean square of the channel mean. */
  get mixPower(): number {
    return this.means === 0 ? 0 : this.meanSquares / this.means;
  }

  /** @param mean result of {@link meanOfChannels} for the frame */
  add(frame: Frame, mean: Float32Array): void {
    const { array, isPlanar, scale, zero } = formats.get(frame.format as number)!;
    const { channels, nbSamples: count } = frame;
    this.channels = Math.max(this.channels, channels);
    const planes = frame.extendedData!.slice(0, isPlanar ? channels : 1);
    for (const plane of planes) {
      for (const value of view(array, plane, isPlanar ? count : count * channels)) {
        const sample = (value - zero) * scale;
        this.channelSquares += sample * sample;
        if (Math.abs(sample) > this.peak) this.peak = Math.abs(sample);
      }
    }
    this.values += count * channels;
    for (const sample of mean) this.meanSquares += sample * sample;
    this.means += count;
  }
}
