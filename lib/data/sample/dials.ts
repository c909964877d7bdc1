import { z } from 'zod';

/** Settings that make the sample set harder or give it a known answer. */
export const dialsSchema = z.strictObject({
  /** Standard deviation of the noise on every frame, as a share of full scale. */
  visualNoise: z.number().min(0).max(0.5),
  /** Number of small objects that drift in the background. */
  clutter: z.number().int().min(0).max(40),
  /**
   * Standard deviation of a noise over the sound, as a share of its peak; each clip takes 0.5 to 1.5 times this. A faint noise
   * is always there.
   */
  soundNoise: z.number().min(0).max(1).default(0),
  /** Impacts per second of objects that are not seen, each of another class than the one that is. */
  soundClutter: z.number().min(0).max(10).default(0),
  /**
   * Effective level of a hum behind the impacts at its loudest, as a share of the sound's peak; each clip takes 0.5 to 1.5 times this. It is what
   * the striped background is to the object's stripes: tones of any pitch that have nothing to do with the class.
   */
  soundHum: z.number().min(0).max(1).default(0),
  /**
   * An object's pitch is drawn from 1 -/+ this times that of its class. Up to 0.36 no two pitches of version 3 overlap, up to 0.13
   * none of version 2.
   */
  pitchSpread: z.number().min(0).max(0.5).default(0.1),
  /** Time by which impacts are heard after they are seen; below 0: before [s]. */
  soundDelay: z.number().min(-1).max(1).default(0),
  /**
   * Probability that the object's stripes are those of the class. Otherwise they are those of an
   * independently drawn class, while label and sound stay. It is the share of the sound's knowledge about the
   * class that video has, too: no video classifier can exceed `commonShare + (1 - commonShare) / classes`, so
   * the possible gain from distillation decreases with it, to nothing at 0.
   */
  commonShare: z.number().min(0).max(1),
  /**
   * A control: every video gets the sound of another clip, of an independently drawn class. The label is the
   * video's class. Sound and video then have nothing in common, and distillation must show no gain.
   */
  shuffledPairs: z.boolean(),
});

export type SampleDials = Readonly<z.infer<typeof dialsSchema>>;

/** What every version starts from; some set single dials differently. */
export const baseDials: SampleDials = {
  visualNoise: 0.025,
  clutter: 8,
  soundNoise: 0,
  soundClutter: 0,
  soundHum: 0,
  pitchSpread: 0.1,
  soundDelay: 0,
  commonShare: 1,
  shuffledPairs: false,
};
