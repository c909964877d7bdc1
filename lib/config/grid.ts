import type { Modality, XkdConfig } from './schema';
import type { NetworkStructure } from './structure';

/*
 * Numbers of frames, patches and tokens that follow from a configuration.
 */

/** Patches along each axis: (t, h, w) for video, (mel, time) for audio. */
export type TokenGrid = readonly number[];

/** Frames of a global view. */
export function clipFrames({
  clip,
}: {
  clip: Pick<XkdConfig['clip'], 'seconds' | 'framesPerSecond'>;
}): number {
  return Math.round(clip.seconds * clip.framesPerSecond);
}

/** Token grid of a view with these sizes: `[.., C, T, S, S]` for video, `[.., 1, M, F]` for audio. */
export function viewGrid(config: NetworkStructure, modality: Modality, shape: readonly number[]): TokenGrid {
  const { patch } = config;
  const sizes = modality === 'video' ? shape.slice(-3) : shape.slice(-2);
  const patches =
    modality === 'video' ? [patch.frames, patch.size, patch.size] : [patch.melBands, patch.columns];
  return sizes.map((size, axis) => size / patches[axis]);
}

/** Token grid of the global view: `[8, 7, 7]` and `[20, 28]` in the paper. */
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

/** Tokens that stay at a mask ratio; half is rounded to the even number, as Python does. */
export function keptTokens(tokens: number, ratio: number): number {
  const exact = tokens * (1 - ratio);
  const below = Math.floor(exact);
  const rest = exact - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
