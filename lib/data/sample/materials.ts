/** One vibration mode of objects of a material. */
export interface Mode {
  readonly frequencyHz: number;
  /** Time in which the amplitude falls to 1/e. */
  readonly decaySeconds: number;
  readonly amplitude: number;
}

/** Ranges of the lightness of an object's dark and bright stripes, from 0 to 1. */
export interface StripeLightness {
  readonly dark: readonly [low: number, high: number];
  readonly bright: readonly [low: number, high: number];
}

/** Defines a class by its visible stripes and its audible modes. */
export interface Material {
  readonly name: string;
  /** Direction across the stripes, from the x axis towards the y axis (which points down). */
  readonly stripeDegrees: number;
  /** Distance between stripes at a frame side of 128 px. */
  readonly stripePeriodPixels: number;
  readonly stripeLightness: StripeLightness;
  readonly modes: readonly Mode[];
}

const lightnesses = {
  any: { dark: [0.18, 0.45], bright: [0.55, 0.85] },
  wide: { dark: [0.3, 0.5], bright: [0.72, 0.92] },
  narrow: { dark: [0.08, 0.28], bright: [0.45, 0.65] },
} as const satisfies Record<string, StripeLightness>;
const periods = { wide: 28, narrow: 16 };
const pitchesHz = { 45: 300, 0: 650, 135: 1400, 90: 3000 };
/** Frequencies of the modes relative to the first. */
const timbres = { wide: [1, 1.3, 1.6], narrow: [1, 1.45, 1.95] };

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
 * Eight classes of which eye and ear each know one half at once and the other with effort. Wide stripes are light and narrow ones
 * dark, whatever their orientation. Objects of an orientation have one pitch; the ratios of their modes, the same for all
 * orientations, tell wide from narrow, whatever the pitch. Pitches 35 % off stay apart.
 */
export const materialsByTimbre: readonly Material[] = (
  [
    ['oak', 45, 'wide'],
    ['clay', 0, 'narrow'],
    ['stone', 135, 'wide'],
    ['bamboo', 90, 'narrow'],
    ['brass', 0, 'wide'],
    ['steel', 135, 'narrow'],
    ['glass', 90, 'wide'],
    ['crystal', 45, 'narrow'],
  ] as const
).map(([name, degrees, width]) => ({
  ...material(name, degrees, periods[width], pitchesHz[degrees], timbres[width], 0.12),
  stripeLightness: lightnesses[width],
}));

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
  return { name, stripeDegrees, stripePeriodPixels, stripeLightness: lightnesses.any, modes };
}
