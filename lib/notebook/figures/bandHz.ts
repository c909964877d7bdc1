import type { XkdConfig } from '../../config';
import { melFilterbank } from '../../data';

/** Centre of gravity of each mel band [Hz], for the axes of spectrograms. */
export function melBandHz(config: XkdConfig): Float64Array {
  const { sampleRateHz } = config.clip;
  const { fftSize } = config.spectrogram;
  const { bands, first, offset, weights } = melFilterbank({ ...config.spectrogram, sampleRateHz });
  return Float64Array.from({ length: bands }, (_, band) => {
    let [sum, moment] = [0, 0];
    for (let i = offset[band]; i < offset[band + 1]; i++) {
      sum += weights[i];
      moment += weights[i] * (first[band] + i - offset[band]);
    }
    return (moment / sum) * (sampleRateHz / fftSize);
  });
}
