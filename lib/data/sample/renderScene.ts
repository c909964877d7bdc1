import { RandomStream } from '../../random';
import { axisPosition, type Motion } from './motion';
import type { Bands, ClutterPiece, SceneSpec } from './sceneSpec';

// Shape legend: T frames, H height and W width in px (both `size`), 3 colours.

export interface SceneTiming {
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly size: number;
}

interface Canvas {
  readonly pixels: Uint8ClampedArray;
  /** Frame side in px. */
  readonly size: number;
  /** Thickness of the walls in px; only the object's shadow falls on them. */
  readonly wall: number;
}

/**
 * Renders a clip's frames: background, drifting clutter, the object with its shadow, grain. Edges are
 * anti-aliased. Frame k shows the scene at time k / framesPerSecond.
 *
 * @returns `[T, H, W, 3]`
 */
export function renderScene(scene: SceneSpec, motion: Motion, timing: SceneTiming): Uint8Array {
  const { frames, framesPerSecond, size } = timing;
  const frameBytes = size * size * 3;
  const clip = new Uint8ClampedArray(frames * frameBytes);
  const background = renderBackground(scene, size);
  const grain = new Grain(scene, size);
  for (let k = 0; k < frames; k++) {
    const pixels = clip.subarray(k * frameBytes, (k + 1) * frameBytes);
    const canvas = { pixels, size, wall: scene.wall.thickness };
    const seconds = k / framesPerSecond;
    pixels.set(background);
    for (const piece of scene.clutter) drawClutter(canvas, piece, seconds);
    const [x, y] = objectCentre(scene, motion, seconds, size);
    drawObject(canvas, scene, x, y);
    grain.add(pixels);
  }
  return new Uint8Array(clip.buffer);
}

/** The object's centre [px]; at contact, the object's edge touches the inner edge of the wall. */
export function objectCentre(
  scene: SceneSpec,
  motion: Motion,
  seconds: number,
  size: number,
): [x: number, y: number] {
  const low = scene.wall.thickness + scene.object.radius;
  const span = size - 2 * low;
  return [low + span * axisPosition(motion.x, seconds), low + span * axisPosition(motion.y, seconds)];
}

function renderBackground(scene: SceneSpec, size: number): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(size * size * 3); // [H, W, 3]
  const wave = new Wave(scene.background);
  const [first, second] = scene.background.colours;
  const { thickness, colour } = scene.wall;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = (row * size + column) * 3;
      const margin = Math.min(row, column, size - 1 - row, size - 1 - column);
      const mix = 0.5 + 0.5 * wave.at(column + 0.5 - size / 2, row + 0.5 - size / 2);
      for (let c = 0; c < 3; c++) {
        pixels[at + c] = margin < thickness ? colour[c] : first[c] + (second[c] - first[c]) * mix;
      }
    }
  }
  return pixels;
}

function drawClutter({ pixels, size, wall }: Canvas, piece: ClutterPiece, seconds: number): void {
  const swing = Math.sin(2 * Math.PI * (piece.hz * seconds + piece.phase));
  const centreX = piece.centre[0] + piece.sway[0] * swing;
  const centreY = piece.centre[1] + piece.sway[1] * swing;
  const cos = Math.cos((piece.degrees * Math.PI) / 180);
  const sin = Math.sin((piece.degrees * Math.PI) / 180);
  const { cornerRadius, colour } = piece;
  const insetX = piece.halfSize[0] - cornerRadius;
  const insetY = piece.halfSize[1] - cornerRadius;
  const reach = Math.hypot(piece.halfSize[0], piece.halfSize[1]) + 1;
  const [left, right] = pixelRange(centreX, reach, wall, size);
  const [top, bottom] = pixelRange(centreY, reach, wall, size);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - centreX;
      const y = row + 0.5 - centreY;
      // Distance to the edge of a rounded box, positive inside.
      const outX = Math.max(Math.abs(cos * x + sin * y) - insetX, 0);
      const outY = Math.max(Math.abs(cos * y - sin * x) - insetY, 0);
      const cover = cornerRadius - Math.sqrt(outX * outX + outY * outY) + 0.5;
      if (cover <= 0) continue;
      const opacity = Math.min(cover, 1);
      const at = (row * size + column) * 3;
      for (let c = 0; c < 3; c++) pixels[at + c] += (colour[c] - pixels[at + c]) * opacity;
    }
  }
}

/**
 * An object with a shape between disc and square (Fernandez-Guasti's squircle), striped, lit from the upper
 * left, with a soft shadow to the lower right.
 */
function drawObject({ pixels, size }: Canvas, scene: SceneSpec, centreX: number, centreY: number): void {
  const { radius, squareness, stripes } = scene.object;
  const wave = new Wave(stripes);
  const [red, green, blue] = stripes.colours[0];
  const [redStep, greenStep, blueStep] = stripes.colours[1].map((value, c) => value - stripes.colours[0][c]);
  const bend = (squareness / radius) ** 2;
  const shadow = new Shadow(radius);
  const [left, right] = pixelRange(centreX, shadow.reach, 0, size);
  const [top, bottom] = pixelRange(centreY, shadow.reach, 0, size);
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5 - centreY;
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - centreX;
      const at = (row * size + column) * 3;
      const level = radius * radius - x * x - y * y + bend * x * x * y * y;
      const outside = Math.max(Math.abs(x), Math.abs(y)) > radius + 1;
      const cover = outside ? 0 : level > 3 * radius ? 1 : edgeCover(level, x, y, bend);
      const light = 0.68 - (0.12 * (x + y)) / radius + (0.38 * Math.sqrt(Math.max(0, level))) / radius;
      const mix = cover > 0 ? 0.5 + 0.5 * Math.max(-1, Math.min(1, 2.5 * wave.at(x, y))) : 0;
      const shine = cover * light;
      const behind = cover < 1 ? (1 - cover) * shadow.light(x, y) : 0;
      pixels[at] = pixels[at] * behind + shine * (red + redStep * mix);
      pixels[at + 1] = pixels[at + 1] * behind + shine * (green + greenStep * mix);
      pixels[at + 2] = pixels[at + 2] * behind + shine * (blue + blueStep * mix);
    }
  }
}

/**
 * Share of a pixel that the squircle covers. The level function at the pixel divided by its gradient is the
 * distance to the edge [px].
 */
function edgeCover(level: number, x: number, y: number, bend: number): number {
  const slopeX = 2 * x * (1 - bend * y * y);
  const slopeY = 2 * y * (1 - bend * x * x);
  const slope = Math.sqrt(slopeX * slopeX + slopeY * slopeY) + 1e-9;
  return Math.max(0, Math.min(1, level / slope + 0.5));
}

/** First and last pixel within `reach` of a centre, at least `margin` from the frame's edge. */
function pixelRange(
  centre: number,
  reach: number,
  margin: number,
  size: number,
): [first: number, last: number] {
  return [
    Math.max(margin, Math.floor(centre - reach)),
    Math.min(size - 1 - margin, Math.ceil(centre + reach)),
  ];
}

/** Light left by a round, soft shadow. */
class Shadow {
  /** Largest distance from the object's centre, along an axis, that it darkens. */
  readonly reach: number;
  private readonly softness: number;

  constructor(private readonly radius: number) {
    this.softness = 0.14 * radius;
    this.reach = 1.24 * radius;
  }

  light(x: number, y: number): number {
    const fromX = x - 0.06 * this.radius;
    const fromY = y - 0.09 * this.radius;
    const inside = this.radius + this.softness - Math.sqrt(fromX * fromX + fromY * fromY);
    return 1 - 0.45 * Math.max(0, Math.min(1, inside / (2 * this.softness)));
  }
}

/** The sine wave across bands, from -1 to 1. */
class Wave {
  private readonly perX: number;
  private readonly perY: number;
  private readonly phase: number;

  constructor(bands: Bands) {
    const direction = (bands.degrees * Math.PI) / 180;
    const perPixel = (2 * Math.PI) / bands.periodPixels;
    this.perX = perPixel * Math.cos(direction);
    this.perY = perPixel * Math.sin(direction);
    this.phase = 2 * Math.PI * bands.phase;
  }

  at(x: number, y: number): number {
    return Math.sin(this.perX * x + this.perY * y + this.phase);
  }
}

/**
 * Grain of 2 px, so that it survives encoding and downscaling. The clip uses one table of draws, read from a
 * different offset in every frame: fresh draws for each pixel would take longer than all other rendering.
 */
class Grain {
  private readonly table: Int16Array;
  private readonly random: RandomStream;

  constructor(
    private readonly scene: SceneSpec,
    private readonly size: number,
  ) {
    this.random = RandomStream.fromSeed(scene.noiseSeed);
    const draws = this.random.split('table');
    const spread = 255 * scene.visualNoise;
    this.table = new Int16Array(3 * 4099);
    for (let i = 0; i < this.table.length; i++) this.table[i] = Math.round(draws.normal(0, spread));
  }

  add(pixels: Uint8ClampedArray): void {
    if (this.scene.visualNoise === 0) return;
    const { table, size } = this;
    let entry = this.random.integer(0, table.length);
    for (let row = 0; row < size; row += 2) {
      for (let column = 0; column < size; column += 2) {
        const noise = table[entry];
        entry = entry + 1 === table.length ? 0 : entry + 1;
        for (let dy = 0; dy < 2; dy++) {
          const at = ((row + dy) * size + column) * 3;
          for (let i = at; i < at + 6; i++) pixels[i] += noise;
        }
      }
    }
  }
}
