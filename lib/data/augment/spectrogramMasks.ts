import type { RandomStream } from '../../random';

/** Neighbouring lines of a spectrogram: bands or columns. */
export interface Stripe {
  readonly first: number;
  readonly count: number;
}

/** What SpecAugment covers. */
export interface SpectrogramMasks {
  readonly bands: readonly Stripe[];
  readonly columns: readonly Stripe[];
}

export interface SpectrogramMaskArgs {
  readonly frequencyMasks: number;
  /** Largest share of the bands in one mask. */
  readonly frequencyMaskShare: number;
  readonly timeMasks: number;
  /** Largest share of the columns in one mask. */
  readonly timeMaskShare: number;
}

/**
 * Draws the masks of SpecAugment (Park et al. 2019): each of a width from 0 to the largest, anywhere.
 *
 * @param bands M
 * @param columns C
 */
export function drawSpectrogramMasks(
  stream: RandomStream,
  args: SpectrogramMaskArgs,
  bands: number,
  columns: number,
): SpectrogramMasks {
  const draw = (from: RandomStream, masks: number, share: number, size: number): Stripe[] =>
    Array.from({ length: masks }, () => {
      const count = from.integer(0, Math.floor(share * size) + 1);
      return { first: from.integer(0, size - count + 1), count };
    });
  return {
    bands: draw(stream.split('bands'), args.frequencyMasks, args.frequencyMaskShare, bands),
    columns: draw(stream.split('columns'), args.timeMasks, args.timeMaskShare, columns),
  };
}

/**
 * Covers the stripes with 0, the mean of a normalised log-mel, in place.
 *
 * @param spectrogram `[M, C]`
 */
export function coverSpectrogram(spectrogram: Float32Array, masks: SpectrogramMasks, columns: number): void {
  for (const { first, count } of masks.bands) {
    spectrogram.fill(0, first * columns, (first + count) * columns);
  }
  for (const { first, count } of masks.columns) {
    for (let row = 0; row < spectrogram.length; row += columns) {
      spectrogram.fill(0, row + first, row + first + count);
    }
  }
}
