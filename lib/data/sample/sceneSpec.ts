import type { RandomStream } from '../../random';
import type { SampleDials } from './dials';
import type { Material, StripeLightness } from './materials';

/** RGB from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Parallel bands of two colours. */
export interface Bands {
  /** Direction across the bands, from the x axis towards the y axis (down). */
  readonly degrees: number;
  readonly periodPixels: number;
  /** As a share of the period, from 0 to 1. */
  readonly phase: number;
  readonly colours: readonly [Colour, Colour];
}

/**
 * A small rounded box that sways behind the object; it is a disc if its corner radius equals half its width.
 */
export interface ClutterPiece {
  readonly centre: readonly [x: number, y: number];
  readonly sway: readonly [x: number, y: number];
  readonly hz: number;
  readonly phase: number;
  readonly degrees: number;
  readonly halfSize: readonly [width: number, height: number];
  readonly cornerRadius: number;
  readonly colour: Colour;
}

/** Specification of the scene; lengths in px at a frame side of 128 px. */
export interface SceneSpec {
  readonly object: {
    readonly radius: number;
    /** 0 is a disc, 1 would be a square. */
    readonly squareness: number;
    readonly stripes: Bands;
  };
  readonly background: Bands;
  readonly wall: { readonly thickness: number; readonly colour: Colour };
  readonly clutter: readonly ClutterPiece[];
  /** Standard deviation of the grain, as a share of full scale. */
  readonly visualNoise: number;
  readonly noiseSeed: number;
}

/**
 * Draws a scene with an object that has the material's stripes, with a period within 10 % of the material's.
 */
export function drawScene(random: RandomStream, material: Material, dials: SampleDials): SceneSpec {
  const pieces = random.split('clutter');
  return {
    object: {
      radius: random.uniform(40, 50),
      squareness: random.uniform(0, 0.75),
      stripes: {
        degrees: material.stripeDegrees,
        periodPixels: material.stripePeriodPixels * random.uniform(0.9, 1.1),
        phase: random.uniform(),
        colours: drawStripeColours(random.split('stripes'), material.stripeLightness),
      },
    },
    background: drawBackground(random),
    wall: { thickness: 3, colour: hslColour(random.uniform(), 0.25, random.uniform(0.12, 0.25)) },
    clutter: Array.from({ length: dials.clutter }, (_, i) => drawClutterPiece(pieces.split(i))),
    visualNoise: dials.visualNoise * random.uniform(0.5, 1.5),
    noiseSeed: random.integer(0, 2 ** 31),
  };
}

/**
 * Two colours of any hue, one clearly brighter than the other, so that the stripes remain visible in grey at
 * 32 px.
 */
function drawStripeColours(random: RandomStream, lightness: StripeLightness): readonly [Colour, Colour] {
  for (;;) {
    const dark = hslColour(random.uniform(), random.uniform(0.4, 0.9), random.uniform(...lightness.dark));
    const bright = hslColour(random.uniform(), random.uniform(0.4, 0.9), random.uniform(...lightness.bright));
    if (brightness(bright) - brightness(dark) > 85) return [dark, bright];
  }
}

/** More muted colours than the object's, so that the object stands out. */
function drawBackground(random: RandomStream): Bands {
  const hue = random.uniform();
  const lightness = random.uniform(0.35, 0.65);
  const contrast = random.uniform(0.06, 0.16);
  return {
    degrees: random.uniform(0, 180),
    periodPixels: random.uniform(14, 48),
    phase: random.uniform(),
    colours: [
      hslColour(hue, random.uniform(0.2, 0.5), lightness - contrast),
      hslColour((hue + random.uniform(-0.15, 0.15) + 1) % 1, random.uniform(0.2, 0.5), lightness + contrast),
    ],
  };
}

function drawClutterPiece(random: RandomStream): ClutterPiece {
  const halfWidth = random.uniform(3, 9);
  const halfHeight = random.bernoulli(0.5) ? halfWidth : halfWidth * random.uniform(1, 2.5);
  return {
    centre: [random.uniform(8, 120), random.uniform(8, 120)],
    sway: [random.uniform(-12, 12), random.uniform(-12, 12)],
    hz: random.uniform(0.1, 0.6),
    phase: random.uniform(),
    degrees: random.uniform(0, 180),
    halfSize: [halfWidth, halfHeight],
    cornerRadius: halfWidth * random.pick([0.25, 1, 1]),
    colour: hslColour(random.uniform(), random.uniform(0.3, 0.8), random.uniform(0.25, 0.75)),
  };
}

/** Luma as in ITU-R BT.601, from 0 to 255. */
function brightness([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** A colour from hue, saturation and lightness, each from 0 to 1. */
function hslColour(hue: number, saturation: number, lightness: number): Colour {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const k = (offset + hue * 12) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
