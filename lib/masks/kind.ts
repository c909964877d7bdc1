/*
 * L tokens of a grid, numbered row by row.
 */

/** Patches along each axis: (t, h, w) for video, (mel, time) for audio. */
export type TokenGrid = readonly number[];

/**
 * Chooses the patches that a mask removes: pure functions of a grid and of noise. The number of kept tokens follows from
 * the ratio (`keptTokens` in lib/config/grid.ts), so that it is the same for every clip.
 */
export interface MaskKind {
  /** Name of the unit that is kept or removed as a whole: `single patches`. */
  readonly removes: string;
  /** Number of tokens that are kept or removed together; the number of kept tokens is a multiple of it. */
  together(grid: TokenGrid): number;
  /**
   * All tokens of a grid, ordered from the last to be removed to the first: at each ratio the kept tokens come first.
   *
   * @param noise one number in [0, 1) per token: `[L]`
   * @returns each token's number once: `[L]`
   */
  order(noise: Float32Array, grid: TokenGrid): Int32Array;
}

type Values = Float32Array | Int32Array;

/** The numbers 0 to n - 1 sorted by their values; equal values are sorted by `ties`, and the sort is stable. */
export function sortedBy(values: Values, ties: Values = values): Int32Array {
  return Int32Array.from(values.keys()).sort((i, j) => values[i] - values[j] || ties[i] - ties[j]);
}

/** Random masking (MAE; docs/method.md, section 3): each token is kept or removed independently, according to its noise. */
export const random: MaskKind = {
  removes: 'single patches',
  together: () => 1,
  order: (noise) => sortedBy(noise),
};
