import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { XkdConfig } from '../../config';
import { applyVideo, cropSpectrogram, erase, imageNetMean, imageNetStd, type VideoDraw } from '../augment';
import { jitterSteps } from '../augment/colour';
import { canvasMargin } from '../augment/spectrogramCrop';
import { hannWindow, LogMel, type LogMelArgs } from '../spectrogram/logMel';
import { melFilterbank } from '../spectrogram/melFilterbank';

/** The arithmetic of a clip's views: TypeScript's, or the same in native loops. */
export interface ViewFunctions {
  readonly applyVideo: typeof applyVideo;
  readonly cropSpectrogram: typeof cropSpectrogram;
  readonly logMel: (config: Pick<XkdConfig, 'clip' | 'spectrogram'>) => Pick<LogMel, 'bands' | 'compute'>;
}

/** The formulas in TypeScript. */
export const formulas: ViewFunctions = {
  applyVideo,
  cropSpectrogram,
  logMel: ({ clip, spectrogram }) => new LogMel(spectrogram, clip.sampleRateHz),
};

/**
 * The same in the loops of `lib/native/views.c`, several times as fast: values differ by less than 1e-5
 * (`test/data/nativeViews.test.ts`). Null if set-up could not compile them.
 */
export function nativeViews(): ViewFunctions | null {
  const addon = loadAddon();
  return addon === null ? null : inLoops(addon);
}

/** Functions of `lib/native/views.c`. */
interface ViewsAddon {
  pictures(
    frames: Uint8Array,
    height: number,
    width: number,
    draw: Float64Array,
    normalisation: Float64Array,
    out: Float32Array,
  ): void;
  spectra(
    fftSize: number,
    hopLength: number,
    mean: number,
    std: number,
    window: Float64Array,
    first: Int32Array,
    offset: Int32Array,
    weights: Float64Array,
  ): object;
  logMel(spectra: object, waveform: Float32Array, columns: number, gain: number, out: Float32Array): void;
  cropSpectrogram(
    spectrogram: Float32Array,
    bands: number,
    columns: number,
    margin: number,
    box: Float64Array,
    out: Float32Array,
  ): void;
}

function loadAddon(): ViewsAddon | null {
  const file = resolve(__dirname, '../../../../.native/addon/views.node');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an addon can only be required
  return existsSync(file) ? (require(file) as ViewsAddon) : null;
}

function inLoops(addon: ViewsAddon): ViewFunctions {
  return {
    applyVideo(clip, draw, out = new Float32Array(3 * draw.frames * draw.side ** 2)) {
      // RandAugment's operations on bytes have no loops of their own.
      if (draw.operations?.length) return applyVideo(clip, draw, out);
      addon.pictures(clip.frames, clip.height, clip.width, numbersOf(draw), normalisation, out);
      if (draw.erase) erase(out, draw.erase, draw.side);
      return out;
    },
    cropSpectrogram(spectrogram, bands, columns, canvasTime, { top, left, height, width }) {
      const out = new Float32Array(spectrogram.length);
      const box = Float64Array.of(top, left, height, width);
      addon.cropSpectrogram(spectrogram, bands, columns, canvasMargin(columns, canvasTime), box, out);
      return out;
    },
    logMel({ clip, spectrogram }) {
      const { fftSize, hopLength, mean, std, melBands: bands } = spectrogram;
      const { first, offset, weights } = melFilterbank({ ...spectrogram, sampleRateHz: clip.sampleRateHz });
      const window = hannWindow(fftSize);
      const spectra = addon.spectra(fftSize, hopLength, mean, std, window, first, offset, weights);
      return {
        bands,
        compute({ waveform, columns, gain = 1 }: LogMelArgs, out = new Float32Array(bands * columns)) {
          addon.logMel(spectra, waveform, columns, gain, out);
          return out;
        },
      };
    },
  };
}

const normalisation = Float64Array.of(...imageNetMean, ...imageNetStd);

/** A draw as `lib/native/views.c` reads it. */
function numbersOf({
  firstFrame,
  frames,
  side,
  box,
  flip,
  jitter,
  grey,
  blurSigma,
}: VideoDraw): Float64Array {
  const order = jitter?.order.map((step) => jitterSteps.indexOf(step)) ?? jitterSteps.keys();
  const strengths = jitterSteps.map((step) => jitter?.[step] ?? 0);
  return Float64Array.of(
    firstFrame,
    frames,
    side,
    box.top,
    box.left,
    box.height,
    box.width,
    Number(flip),
    Number(jitter !== null),
    ...order,
    ...strengths,
    Number(grey),
    blurSigma ?? 0,
  );
}
