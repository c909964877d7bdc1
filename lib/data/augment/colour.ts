import type { XkdConfig } from '../../config';
import type { RandomStream } from '../../random';

/** The steps of colour jitter. */
export const jitterSteps = ['brightness', 'contrast', 'saturation', 'hue'] as const;
type JitterStep = (typeof jitterSteps)[number];

/** Random draws for colour jitter: the order of the steps and their strengths. */
export interface JitterDraw {
  readonly order: readonly JitterStep[];
  /** Factors; 1 changes nothing. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Rotation of the hue, in full circles; 0 changes nothing. */
  readonly hue: number;
}

export function drawJitter(stream: RandomStream, config: XkdConfig['videoAugmentation']): JitterDraw {
  const factor = (strength: number): number => stream.uniform(Math.max(0, 1 - strength), 1 + strength);
  return {
    order: [...stream.permutation(jitterSteps.length)].map((i) => jitterSteps[i]),
    brightness: factor(config.brightness),
    contrast: factor(config.contrast),
    saturation: factor(config.saturation),
    hue: stream.uniform(-config.hue, config.hue),
  };
}

/** Jitters the colours of a frame `[3, S, S]` with values in [0, 1] in place. */
export function jitter(frame: Float32Array, draw: JitterDraw): void {
  for (const step of draw.order) {
    if (step === 'hue') {
      if (draw.hue !== 0) turnHue(frame, draw.hue);
    } else if (draw[step] !== 1) {
      blends[step](frame, draw[step]);
    }
  }
}

/** Converts a frame `[3, S, S]` to grey in place. */
export function grey(frame: Float32Array): void {
  blendWithGrey(frame, 0);
}

const [redShare, greenShare, blueShare] = [0.299, 0.587, 0.114];

const blends = {
  /** Blends with black. */
  brightness(frame: Float32Array, factor: number): void {
    for (let i = 0; i < frame.length; i++) frame[i] = Math.min(1, factor * frame[i]);
  },
  /** Blends with the mean grey of the frame. */
  contrast(frame: Float32Array, factor: number): void {
    const plane = frame.length / 3;
    const sums = [0, 0, 0];
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let i = channel * plane; i < (channel + 1) * plane; i++) sum += frame[i];
      sums[channel] = sum;
    }
    const mean = (redShare * sums[0] + greenShare * sums[1] + blueShare * sums[2]) / plane;
    const shift = (1 - factor) * mean;
    for (let i = 0; i < frame.length; i++) frame[i] = clamp(factor * frame[i] + shift);
  },
  /** Blends with the grey of each pixel. */
  saturation: blendWithGrey,
};

function blendWithGrey(frame: Float32Array, factor: number): void {
  const plane = frame.length / 3;
  for (let i = 0; i < plane; i++) {
    const red = frame[i];
    const green = frame[i + plane];
    const blue = frame[i + 2 * plane];
    const shift = (1 - factor) * (redShare * red + greenShare * green + blueShare * blue);
    frame[i] = clamp(factor * red + shift);
    frame[i + plane] = clamp(factor * green + shift);
    frame[i + 2 * plane] = clamp(factor * blue + shift);
  }
}

/** Rotates the hue in HSV; each pixel keeps its value and saturation. */
function turnHue(frame: Float32Array, turn: number): void {
  const plane = frame.length / 3;
  for (let i = 0; i < plane; i++) {
    const red = frame[i];
    const green = frame[i + plane];
    const blue = frame[i + 2 * plane];
    const value = Math.max(red, Math.max(green, blue));
    const chroma = value - Math.min(red, Math.min(green, blue));
    if (chroma === 0) continue;
    // Hue in sixths of a circle, starting at red.
    let hue;
    if (value === red) hue = (green - blue) / chroma;
    else if (value === green) hue = 2 + (blue - red) / chroma;
    else hue = 4 + (red - green) / chroma;
    hue += 6 * turn;
    frame[i] = channelAt(hue + 5, value, chroma);
    frame[i + plane] = channelAt(hue + 3, value, chroma);
    frame[i + 2 * plane] = channelAt(hue + 1, value, chroma);
  }
}

/** A channel of an HSV colour: full for two sixths of the circle, zero for two, linear between. */
function channelAt(sixths: number, value: number, chroma: number): number {
  const k = sixths - 6 * Math.floor(sixths / 6);
  return value - chroma * clamp(Math.min(k, 4 - k));
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
