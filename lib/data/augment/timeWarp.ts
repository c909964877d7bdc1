import type { RandomStream } from '../../random';

/** A point of the time axis and its new position. */
export interface TimeWarpDraw {
  /** Column in the input spectrogram. */
  readonly from: number;
  /** Column in the warped spectrogram. */
  readonly to: number;
}

/**
 * Draws the time warp of SpecAugment (Park et al. 2019): a point whose distance from both ends is at least
 * the largest shift, moved by at most that shift. Null: the spectrogram is too short.
 *
 * @param columns C
 * @param share largest shift over C
 */
export function drawTimeWarp(stream: RandomStream, columns: number, share: number): TimeWarpDraw | null {
  const most = Math.floor(share * columns);
  if (most < 1 || columns - 1 - most <= most) return null;
  const from = stream.integer(most + 1, columns - 1 - most);
  return { from, to: from + stream.uniform(-most, most) };
}

/**
 * Stretches the columns on one side of the point and compresses those on the other; both ends stay fixed.
 * Linear interpolation between columns.
 *
 * @param spectrogram `[M, C]`
 * @returns `[M, C]`
 */
export function warpTime(
  spectrogram: Float32Array,
  columns: number,
  { from, to }: TimeWarpDraw,
): Float32Array {
  const last = columns - 1;
  const out = new Float32Array(spectrogram.length);
  for (let column = 0; column < columns; column++) {
    const source = column <= to ? (column * from) / to : from + ((column - to) * (last - from)) / (last - to);
    const left = Math.min(last, Math.floor(source));
    const right = Math.min(last, left + 1);
    const share = source - left;
    for (let row = 0; row < spectrogram.length; row += columns) {
      out[row + column] = (1 - share) * spectrogram[row + left] + share * spectrogram[row + right];
    }
  }
  return out; // [M, C]
}
