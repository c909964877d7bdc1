import type { RandomStream } from '../../random';
import type { SampleDials } from './dials';
import type { Material, Mode } from './materials';
import type { Hit } from './motion';

/** An object that sounds: its modes, and the impacts that excite them. */
export interface SoundingObject {
  /** Factor applied to the material's frequencies. */
  readonly pitch: number;
  readonly modes: readonly Mode[];
  readonly hits: readonly Hit[];
}

/** A tone that hums behind the impacts, and swells slowly. */
export interface Tone {
  readonly frequencyHz: number;
  /** Largest amplitude, as a share of the sound's peak. */
  readonly amplitude: number;
  /** As a share of the period, from 0 to 1. */
  readonly phase: number;
  readonly swell: {
    readonly hz: number;
    /** By how much it is quieter at its quietest, from 0 to 1. */
    readonly depth: number;
    readonly phase: number;
  };
}

/** Specification of the sound: the object that is seen, others that are not, a hum, and the background noise. */
export interface SoundSpec extends SoundingObject {
  readonly unseen: readonly SoundingObject[];
  readonly hum: readonly Tone[];
  /** Largest amplitude of the clip, below 1. */
  readonly peak: number;
  /** Standard deviation of the noise, as a share of the peak. */
  readonly noiseLevel: number;
  /** 0 is white noise; values towards 1 sound darker. */
  readonly noiseDarkness: number;
  readonly noiseSeed: number;
}

/**
 * Draws the sound of a material for given impacts.
 *
 * @param unseenMaterials those of objects that are heard and not seen
 */
export function drawSound(
  random: RandomStream,
  material: Material,
  hits: readonly Hit[],
  durationSeconds: number,
  dials: Pick<SampleDials, 'soundNoise' | 'soundClutter' | 'soundHum' | 'pitchSpread'>,
  unseenMaterials: readonly Material[],
): SoundSpec {
  const { pitchSpread } = dials;
  const spec = {
    ...drawObject(random, material, hits, pitchSpread),
    peak: random.uniform(0.3, 0.9),
    noiseLevel: 10 ** (random.uniform(-46, -28) / 20),
    noiseDarkness: random.uniform(0, 0.9),
    noiseSeed: random.integer(0, 2 ** 31),
  };
  // From streams of their own, so that the other draws do not depend on the dials.
  const added = dials.soundNoise * random.split('noise').uniform(0.5, 1.5);
  const unseen = Array.from({ length: Math.round(dials.soundClutter * durationSeconds) }, (_, i) => {
    const own = random.split('unseen', i);
    const seconds = own.uniform(0, durationSeconds - leastSoundSeconds);
    return drawObject(
      own,
      own.pick(unseenMaterials),
      [{ seconds, strength: own.uniform(0.5, 1) }],
      pitchSpread,
    );
  });
  const noiseLevel = added === 0 ? spec.noiseLevel : Math.hypot(spec.noiseLevel, added);
  const hum = dials.soundHum === 0 ? [] : drawHum(random.split('hum'), dials.soundHum);
  return { ...spec, noiseLevel, unseen, hum };
}

/** Effective level of the hum at its loudest, as a share of the sound's peak. */
export function humLevel({ hum }: Pick<SoundSpec, 'hum'>): number {
  return Math.sqrt(hum.reduce((sum, { amplitude }) => sum + amplitude ** 2 / 2, 0));
}

/** Four tones of any pitch that the materials have. */
function drawHum(random: RandomStream, usualLevel: number): Tone[] {
  const level = usualLevel * random.uniform(0.5, 1.5);
  const shares = Array.from({ length: 4 }, () => random.uniform(0.3, 1));
  const power = shares.reduce((sum, share) => sum + share ** 2 / 2, 0);
  return shares.map((share) => ({
    frequencyHz: 150 * 2 ** random.uniform(0, 4.5),
    amplitude: (level * share) / Math.sqrt(power),
    phase: random.uniform(),
    swell: { hz: random.uniform(0.2, 1.5), depth: random.uniform(0.2, 0.8), phase: random.uniform() },
  }));
}

/** Each mode's amplitude varies within 3 dB, its decay within 20 %. */
function drawObject(
  random: RandomStream,
  material: Material,
  hits: readonly Hit[],
  pitchSpread: number,
): SoundingObject {
  const pitch = random.uniform(1 - pitchSpread, 1 + pitchSpread);
  const decay = random.uniform(0.8, 1.2);
  return {
    pitch,
    modes: material.modes.map((mode) => ({
      frequencyHz: mode.frequencyHz * pitch,
      decaySeconds: mode.decaySeconds * decay,
      amplitude: mode.amplitude * 10 ** (random.uniform(-3, 3) / 20),
    })),
    hits: hits.map(({ seconds, strength }) => ({ seconds, strength: strength * random.uniform(0.75, 1) })),
  };
}

/** An impact can still be heard if this much of the clip follows it. */
const leastSoundSeconds = 0.1;
