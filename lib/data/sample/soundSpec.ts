import type { RandomStream } from '../../random';
import type { Material, Mode } from './materials';
import type { Hit } from './motion';

/**
 * Specification of the sound: this object's modes, the impacts that excite them, and the background noise.
 */
export interface SoundSpec {
  /** Factor applied to the material's frequencies, within 10 %. */
  readonly pitch: number;
  readonly modes: readonly Mode[];
  readonly hits: readonly Hit[];
  /** Largest amplitude of the clip, below 1. */
  readonly peak: number;
  /** Standard deviation of the noise, as a share of the peak. */
  readonly noiseLevel: number;
  /** 0 is white noise; values towards 1 sound darker. */
  readonly noiseDarkness: number;
  readonly noiseSeed: number;
}

/**
 * Draws the sound of a material for given impacts; each mode's amplitude varies within 3 dB, its decay within
 * 20 %.
 */
export function drawSound(random: RandomStream, material: Material, hits: readonly Hit[]): SoundSpec {
  const pitch = random.uniform(0.9, 1.1);
  const decay = random.uniform(0.8, 1.2);
  return {
    pitch,
    modes: material.modes.map((mode) => ({
      frequencyHz: mode.frequencyHz * pitch,
      decaySeconds: mode.decaySeconds * decay,
      amplitude: mode.amplitude * 10 ** (random.uniform(-3, 3) / 20),
    })),
    hits: hits.map(({ seconds, strength }) => ({ seconds, strength: strength * random.uniform(0.75, 1) })),
    peak: random.uniform(0.3, 0.9),
    noiseLevel: 10 ** (random.uniform(-46, -28) / 20),
    noiseDarkness: random.uniform(0, 0.9),
    noiseSeed: random.integer(0, 2 ** 31),
  };
}
