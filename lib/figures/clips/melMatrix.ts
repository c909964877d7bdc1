import type { XkdConfig } from '../../config';
import { melFilterbank, type NdArray } from '../../data';

/**
 * The mel filterbank as a dense matrix `[M, K]`: the response of each of M bands to each of K frequencies.
 */
export function melMatrix(config: XkdConfig): NdArray {
  const { sampleRateHz } = config.clip;
  const { bands, bins, first, offset, weights } = melFilterbank({ ...config.spectrogram, sampleRateHz });
  const data = new Float32Array(bands * bins);
  for (let m = 0; m < bands; m++) {
    for (let i = offset[m]; i < offset[m + 1]; i++) data[m * bins + first[m] + i - offset[m]] = weights[i];
  }
  return { data, shape: [bands, bins] };
}

/** Centroid of each mel band [Hz], for the axes of spectrograms. */
export function melBandHz(config: XkdConfig): Float64Array {
  const { data, shape } = melMatrix(config);
  const [bands, bins] = shape;
  const hzPerBin = config.clip.sampleRateHz / config.spectrogram.fftSize;
  return Float64Array.from({ length: bands }, (_, m) => {
    const filter = data.subarray(m * bins, (m + 1) * bins);
    const sum = filter.reduce((a, b) => a + b, 0);
    const moment = filter.reduce((a, b, k) => a + b * k, 0);
    return (moment / sum) * hzPerBin;
  });
}
