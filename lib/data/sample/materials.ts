/** One vibration mode of objects of a material. */
export interface Mode {
  readonly frequencyHz: number;
  /** Time in which the amplitude falls to 1/e. */
  readonly decaySeconds: number;
  readonly amplitude: number;
}

/** Defines a class by its visible stripes and its audible modes. */
export interface Material {
  readonly name: string;
  /** Direction across the stripes, from the x axis towards the y axis (which points down). */
  readonly stripeDegrees: number;
  /** Distance between stripes at a frame side of 128 px. */
  readonly stripePeriodPixels: number;
  readonly modes: readonly Mode[];
}

/**
 * The eight classes: four orientations times two periods of the stripes, each with five modes. Adjacent pitches differ by
 * at least a third of an octave, so that a pitch 10 % off stays in its class.
 */
export const materialsByPitch: readonly Material[] = [
  material('oak', 45, 28, 210, [1, 2.57, 4.9, 7.6, 11], 0.1),
  material('clay', 0, 16, 280, [1, 1.83, 3.1, 5.2, 8.3], 0.08),
  material('stone', 135, 28, 370, [1, 2.2, 3.7, 6.1, 9.4], 0.07),
  material('bamboo', 90, 16, 490, [1, 2, 3.05, 4.1, 5.2], 0.09),
  material('brass', 0, 28, 640, [1, 1.5, 2.02, 2.66, 4], 0.2),
  material('steel', 135, 16, 850, [1, 1.9, 2.76, 5.4, 7.2], 0.22),
  material('glass', 90, 28, 1120, [1, 2.32, 3.4, 4.25, 6.1], 0.16),
  material('crystal', 45, 16, 1480, [1, 1.59, 2.6, 3.8, 4.6], 0.18),
];

/**
 * The same eight classes to the eye. To the ear, wide stripes are low and narrow ones high, which is heard at once; the four
 * orientations of a period have one pitch, and only the ratios of their modes and their decays tell them apart.
 */
export const materialsByTimbre: readonly Material[] = [
  material('oak', 45, 28, 330, [1, 2.57, 4.9, 7.6, 11], 0.1),
  material('clay', 0, 16, 900, [1, 1.83, 3.1, 5.2, 7.6], 0.08),
  material('stone', 135, 28, 330, [1, 2.2, 3.7, 6.1, 9.4], 0.07),
  material('bamboo', 90, 16, 900, [1, 2, 3.05, 4.1, 5.2], 0.09),
  material('brass', 0, 28, 330, [1, 1.5, 2.02, 2.66, 4], 0.2),
  material('steel', 135, 16, 900, [1, 1.9, 2.76, 5.4, 7.2], 0.22),
  material('glass', 90, 28, 330, [1, 2.32, 3.4, 4.25, 6.1], 0.16),
  material('crystal', 45, 16, 900, [1, 1.59, 2.6, 3.8, 4.6], 0.18),
];

/** Names of the classes, the same in every version. */
export const sampleClasses: readonly string[] = materialsByPitch.map(({ name }) => name);

/** Higher modes are quieter and decay sooner. */
function material(
  name: string,
  stripeDegrees: number,
  stripePeriodPixels: number,
  baseHz: number,
  ratios: readonly number[],
  decaySeconds: number,
): Material {
  const modes = ratios.map((ratio, i) => ({
    frequencyHz: baseHz * ratio,
    decaySeconds: decaySeconds / (1 + 0.35 * i),
    amplitude: 1 / (1 + 0.3 * i),
  }));
  return { name, stripeDegrees, stripePeriodPixels, modes };
}
