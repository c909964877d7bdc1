import FFT from 'fft.js';
import type { XkdConfig } from '../../config';
import { melFilterbank, type MelFilterbank } from './melFilterbank';

/** Part of a waveform and its gain. */
export interface LogMelArgs {
  /** Samples in [-1, 1]. */
  readonly waveform: Float32Array;
  /** Number of spectra to compute; sample 0 is the centre of the first. */
  readonly columns: number;
  /** Volume factor; default 1. */
  readonly gain?: number;
}

/**
 * Normalised log-mel spectrograms (docs/method.md, section 1): Hann window, zero-padded ends, power, Slaney
 * mel bands, natural logarithm, then subtraction of the mean and division by the standard deviation. Computed
 * in float64. M mel bands, C columns.
 *
 * @example
 * ```ts
 * import { configure, LogMel } from 'xkd';
 *
 * const { spectrogram, clip } = configure('nano');
 * const logMel = new LogMel(spectrogram, clip.sampleRateHz);
 * const waveform = Float32Array.from({ length: clip.sampleRateHz }, (_, n) => Math.sin(n / 5));
 * const [quiet, loud] = [1, 2].map((gain) => Math.max(...logMel.compute({ waveform, columns: 1, gain })));
 * // Twice the amplitude is four times the power: log 4, before the division by the deviation.
 * console.log(((loud - quiet) * spectrogram.std).toFixed(3)); // 1.386
 * ```
 */
export class LogMel {
  readonly bands: number;
  private readonly fft: FFT;
  private readonly filterbank: MelFilterbank;
  private readonly window: Float64Array;
  private readonly windowed: Float64Array;
  private readonly spectrum: Float64Array;
  private readonly power: Float64Array;
  private readonly hopLength: number;
  private readonly mean: number;
  private readonly std: number;

  constructor(spectrogram: XkdConfig['spectrogram'], sampleRateHz: number) {
    const { fftSize, melBands } = spectrogram;
    this.bands = melBands;
    this.fft = new FFT(fftSize);
    this.filterbank = melFilterbank({ ...spectrogram, sampleRateHz });
    this.window = hannWindow(fftSize);
    this.windowed = new Float64Array(fftSize);
    this.spectrum = new Float64Array(2 * fftSize);
    this.power = new Float64Array(fftSize / 2 + 1);
    this.hopLength = spectrogram.hopLength;
    this.mean = spectrogram.mean;
    this.std = spectrogram.std;
  }

  /** @param out array for the spectrogram `[M, C]`; default: a new array */
  compute(args: LogMelArgs, out: Float32Array = new Float32Array(this.bands * args.columns)): Float32Array {
    const { waveform, columns, gain = 1 } = args;
    for (let column = 0; column < columns; column++) {
      this.computePower(waveform, column * this.hopLength, gain);
      this.writeColumn(out, column, columns);
    }
    return out;
  }

  /** Power spectrum around a sample. */
  private computePower(waveform: Float32Array, centre: number, gain: number): void {
    const { window, windowed, spectrum, power } = this;
    const start = centre - window.length / 2;
    const from = Math.max(0, -start);
    const to = Math.max(from, Math.min(window.length, waveform.length - start));
    windowed.fill(0, 0, from);
    for (let n = from; n < to; n++) windowed[n] = gain * window[n] * waveform[start + n];
    windowed.fill(0, to);
    this.fft.realTransform(spectrum, windowed);
    for (let k = 0; k < power.length; k++) {
      power[k] = spectrum[2 * k] ** 2 + spectrum[2 * k + 1] ** 2 + float64Epsilon;
    }
  }

  private writeColumn(out: Float32Array, column: number, columns: number): void {
    const { first, offset, weights } = this.filterbank;
    for (let m = 0; m < this.bands; m++) {
      let energy = 0;
      const shift = first[m] - offset[m];
      for (let i = offset[m]; i < offset[m + 1]; i++) energy += weights[i] * this.power[i + shift];
      out[m * columns + column] = (Math.log(energy + float32Epsilon) - this.mean) / this.std;
    }
  }
}

/** Periodic: one period of the cosine is `size` samples, not `size - 1`. */
export function hannWindow(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
}

const float64Epsilon = 2 ** -52;
const float32Epsilon = 2 ** -23;
