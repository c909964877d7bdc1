import { type MaskKind, type TokenGrid, maskKinds } from '../masks';
import type { Modality, XkdConfig } from './schema';
import type { NetworkStructure } from './structure';

/*
 * Numbers of frames, patches and tokens that follow from a configuration.
 */

export type { TokenGrid };

/** Frames of a global view. */
export function clipFrames({
  clip,
}: {
  clip: Pick<XkdConfig['clip'], 'seconds' | 'framesPerSecond'>;
}): number {
  return Math.round(clip.seconds * clip.framesPerSecond);
}

/**
 * Shapes of a clip's views, the global one first: video `[3, T, S, S]`, audio `[1, M, C]`.
 *
 * @param local number of local views; default: the configuration's
 */
export function viewShapes(
  config: XkdConfig,
  local = config.views.local,
): Readonly<Record<Modality, readonly (readonly number[])[]>> {
  const { clip, spectrogram, views } = config;
  const many = (count: number, shape: readonly number[]) => new Array<readonly number[]>(count).fill(shape);
  return {
    video: [
      [3, clipFrames(config), clip.frameSize, clip.frameSize],
      ...many(local.video, [3, views.frames, views.frameSize, views.frameSize]),
    ],
    audio: [
      [1, spectrogram.melBands, spectrogram.columns],
      ...many(local.audio, [1, spectrogram.melBands, views.columns]),
    ],
  };
}

/**
 * Token grid of a view of this shape: `[.., C, T, S, S]` for video, `[.., 1, M, F]` for audio.
 *
 * @example
 * ```ts
 * import { configure, viewGrid } from 'xkd';
 *
 * // A local view of the paper: 8 frames of 96 px, in cuboids of 4 frames of 16 px.
 * console.log(viewGrid(configure('base'), 'video', [3, 8, 96, 96])); // [ 2, 6, 6 ]
 * ```
 */
export function viewGrid(config: NetworkStructure, modality: Modality, shape: readonly number[]): TokenGrid {
  const { patch } = config;
  const sizes = modality === 'video' ? shape.slice(-3) : shape.slice(-2);
  const patches =
    modality === 'video' ? [patch.frames, patch.size, patch.size] : [patch.melBands, patch.columns];
  return sizes.map((size, axis) => size / patches[axis]);
}

/**
 * Token grid of the global view: `[8, 7, 7]` and `[20, 28]` in the paper.
 *
 * @example
 * ```ts
 * import { configure, fullGrid } from 'xkd';
 *
 * // 32 frames of 112 px in cuboids of 4 frames of 16 px; 80 bands and 448 columns in patches of 4 x 16.
 * const config = configure('base');
 * console.log(fullGrid(config, 'video'), fullGrid(config, 'audio')); // [ 8, 7, 7 ] [ 20, 28 ]
 * ```
 */
export function fullGrid(config: NetworkStructure, modality: Modality): TokenGrid {
  const { clip, spectrogram } = config;
  const shape =
    modality === 'video'
      ? [clipFrames(config), clip.frameSize, clip.frameSize]
      : [spectrogram.melBands, spectrogram.columns];
  return viewGrid(config, modality, shape);
}

/** Values in a patch: 3072 (video) and 64 (audio) in the paper. */
export function patchValues({ patch }: NetworkStructure, modality: Modality): number {
  return modality === 'video' ? patch.frames * patch.size * patch.size * 3 : patch.melBands * patch.columns;
}

/** Patches in a grid. */
export function tokenCount(grid: TokenGrid): number {
  return grid.reduce((product, count) => product * count, 1);
}

/**
 * Number of tokens kept at a mask ratio. Halves are rounded to even, as in Python.
 *
 * @param together size of the groups that are kept or removed as a whole; a whole number of groups is kept
 *
 * @example
 * ```ts
 * import { keptTokens } from 'xkd';
 *
 * // 392 x 0.15 = 58.8; halves go to the even neighbour.
 * console.log(keptTokens(392, 0.85), keptTokens(4, 0.875), keptTokens(12, 0.875)); // 59 0 2
 * ```
 */
export function keptTokens(tokens: number, ratio: number, together = 1): number {
  const exact = (tokens / together) * (1 - ratio);
  const below = Math.floor(exact);
  const rest = exact - below;
  return together * (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below);
}

/** The kind of mask that a configuration asks for. */
export function maskKind({ mask }: Pick<XkdConfig, 'mask'>, modality: Modality): MaskKind {
  const kinds: Readonly<Record<string, MaskKind>> = maskKinds[modality];
  return kinds[mask[`${modality}.kind`]];
}

/** Number of tokens of a global view that its mask keeps, the same for every clip. */
export function keptInView(config: XkdConfig, modality: Modality): number {
  const grid = fullGrid(config, modality);
  return keptTokens(tokenCount(grid), config.mask[modality], maskKind(config, modality).together(grid));
}
