import type { XkdConfig } from '../../config';
import type { Pixels } from '../picture';

export interface VideoGrid {
  /** Frames per patch. */
  readonly patchFrames: number;
  /** Side of a patch [px]. */
  readonly patchSize: number;
}

export interface AudioGrid {
  readonly melBands: number;
  readonly columns: number;
  readonly patchMelBands: number;
  readonly patchColumns: number;
}

/** The patch grid of a configuration's spectrogram. */
export function audioGrid({ spectrogram, patch }: XkdConfig): AudioGrid {
  const { melBands, columns } = spectrogram;
  return { melBands, columns, patchMelBands: patch.melBands, patchColumns: patch.columns };
}

const removedGrey = 128;
const glow = [255, 96, 0];

/**
 * The frames with removed patches painted grey.
 *
 * @param mask 1 for a removed patch, 0 for a kept one, in token order (time, height, width)
 */
export function maskFrames(frames: readonly Pixels[], mask: ArrayLike<number>, grid: VideoGrid): Pixels[] {
  return eachPixel(frames, grid, (value, _channel, token) => (mask[token] ? removedGrey : value));
}

/**
 * The frames, brightened where the weights are high.
 *
 * @param weights one per patch, in token order (time, height, width); the highest glows most, the lowest not
 * at all
 */
export function glowFrames(frames: readonly Pixels[], weights: ArrayLike<number>, grid: VideoGrid): Pixels[] {
  const sorted = Array.from(weights).sort((a, b) => a - b);
  const [lowest, highest] = [sorted[0], sorted[sorted.length - 1]];
  const range = Math.max(highest - lowest, 1e-12);
  return eachPixel(frames, grid, (value, channel, token) => {
    const share = (0.8 * (weights[token] - lowest)) / range;
    return (1 - share) * value * 0.8 + share * glow[channel];
  });
}

/**
 * A spectrogram `[M, C]` without its removed patches: their values become NaN, which figures leave empty.
 *
 * @param mask 1 for a removed patch, 0 for a kept one, in token order (mel, time)
 */
export function maskSpectrogram(
  values: ArrayLike<number>,
  mask: ArrayLike<number>,
  grid: AudioGrid,
): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => (mask[tokenAt(i, grid)] ? NaN : values[i]));
}

/** Expands one value per patch to one value per cell of a spectrogram `[M, C]`. */
export function spreadOverSpectrogram(weights: ArrayLike<number>, grid: AudioGrid): Float32Array {
  return Float32Array.from({ length: grid.melBands * grid.columns }, (_, i) => weights[tokenAt(i, grid)]);
}

function tokenAt(place: number, { columns, patchMelBands, patchColumns }: AudioGrid): number {
  const band = Math.floor(Math.floor(place / columns) / patchMelBands);
  return band * (columns / patchColumns) + Math.floor((place % columns) / patchColumns);
}

/** Maps frames to new frames pixel by pixel, given the patch of each pixel. */
function eachPixel(
  frames: readonly Pixels[],
  { patchFrames, patchSize }: VideoGrid,
  paint: (value: number, channel: number, token: number) => number,
): Pixels[] {
  return frames.map((frame, t) => {
    const [down, across] = [frame.height / patchSize, frame.width / patchSize];
    const data = new Uint8ClampedArray(frame.data.length);
    for (let y = 0; y < frame.height; y++) {
      for (let x = 0; x < frame.width; x++) {
        const row = Math.floor(t / patchFrames) * down + Math.floor(y / patchSize);
        const token = row * across + Math.floor(x / patchSize);
        const at = 3 * (y * frame.width + x);
        for (let c = 0; c < 3; c++) data[at + c] = paint(frame.data[at + c], c, token);
      }
    }
    return { data, width: frame.width, height: frame.height };
  });
}
