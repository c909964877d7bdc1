/**
 * A mel filterbank that stores only non-zero weights: band m weights the bins from `first[m]` on with
 * `weights[offset[m]] ... weights[offset[m + 1] - 1]`.
 */
export interface MelFilterbank {
  readonly bands: number;
  readonly bins: number;
  readonly first: Int32Array;
  readonly offset: Int32Array;
  readonly weights: Float64Array;
}

export interface MelFilterbankArgs {
  readonly sampleRateHz: number;
  readonly fftSize: number;
  readonly melBands: number;
  readonly minHz: number;
  readonly maxHz: number;
}

/**
 * Triangular filters, evenly spaced on Slaney's mel scale, each with area 1 (Slaney's normalisation), over
 * the `fftSize / 2 + 1` bins of a spectrum.
 */
export function melFilterbank(args: MelFilterbankArgs): MelFilterbank {
  const { sampleRateHz, fftSize, melBands: bands, minHz, maxHz } = args;
  const bins = fftSize / 2 + 1;
  const [low, high] = [hzToMel(minHz), hzToMel(maxHz)];
  const edges = Array.from({ length: bands + 2 }, (_, i) => melToHz(low + ((high - low) * i) / (bands + 1)));
  const first = new Int32Array(bands);
  const offset = new Int32Array(bands + 1);
  const weights: number[] = [];
  for (let m = 0; m < bands; m++) {
    const [left, centre, right] = edges.slice(m, m + 3);
    const height = 2 / (right - left);
    first[m] = -1;
    for (let k = 0; k < bins; k++) {
      const hz = (k * sampleRateHz) / fftSize;
      const weight = height * Math.min((hz - left) / (centre - left), (right - hz) / (right - centre));
      if (weight <= 0) continue;
      if (first[m] < 0) first[m] = k;
      weights.push(weight);
    }
    offset[m + 1] = weights.length;
  }
  return { bands, bins, first, offset, weights: Float64Array.from(weights) };
}

/** The first band that falls between two bins of the spectrum and so has no weights; -1 if there is none. */
export function deafBand({ bands, offset }: MelFilterbank): number {
  return Array.from({ length: bands }, (_, m) => offset[m + 1] - offset[m]).indexOf(0);
}

/** Slaney's scale: linear up to 1000 Hz (mel 15), then 27 mel per factor of 6.4. */
const linearHzPerMel = 200 / 3;
const breakHz = 1000;
const breakMel = breakHz / linearHzPerMel;
const logStep = Math.log(6.4) / 27;

function hzToMel(hz: number): number {
  return hz < breakHz ? hz / linearHzPerMel : breakMel + Math.log(hz / breakHz) / logStep;
}

function melToHz(mel: number): number {
  return mel < breakMel ? mel * linearHzPerMel : breakHz * Math.exp((mel - breakMel) * logStep);
}
