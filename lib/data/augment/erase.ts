import type { RandomStream } from '../../random';
import type { Box } from './box';

/** A rectangle filled with noise in every frame. */
export interface EraseDraw {
  readonly box: Box;
  /** Standard normal noise, the same in every frame: `[3, box.height, box.width]`. */
  readonly noise: Float32Array;
}

/**
 * Draws random erasing (Zhong et al. 2020): with the given probability, a rectangle of 2 to 33 % of the frame
 * with an aspect ratio from 0.3 to 1 / 0.3, filled with noise. Null: nothing is erased.
 *
 * @param side S of the frame [px]
 */
export function drawErase(stream: RandomStream, probability: number, side: number): EraseDraw | null {
  if (!stream.split('whether').bernoulli(probability)) return null;
  const box = drawBox(stream.split('box'), side);
  if (box === null) return null;
  const noise = stream.split('noise');
  return { box, noise: Float32Array.from({ length: 3 * box.height * box.width }, () => noise.normal()) };
}

/**
 * Erases the rectangle in place.
 *
 * @param view normalised `[3, T, S, S]`
 */
export function erase(view: Float32Array, { box, noise }: EraseDraw, side: number): void {
  const frames = view.length / (3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0; row < box.height; row++) {
      const from = (channel * box.height + row) * box.width;
      const values = noise.subarray(from, from + box.width);
      for (let t = 0; t < frames; t++) {
        view.set(values, ((channel * frames + t) * side + box.top + row) * side + box.left);
      }
    }
  }
}

function drawBox(stream: RandomStream, side: number): Box | null {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const pixels = side * side * stream.uniform(...area);
    const ratio = Math.exp(stream.uniform(Math.log(leastAspect), -Math.log(leastAspect)));
    const height = Math.round(Math.sqrt(pixels * ratio));
    const width = Math.round(Math.sqrt(pixels / ratio));
    if (height < 1 || width < 1 || height >= side || width >= side) continue;
    const top = stream.integer(0, side - height + 1);
    return { top, left: stream.integer(0, side - width + 1), height, width };
  }
  return null;
}

const attempts = 10;
const area = [0.02, 1 / 3] as const;
const leastAspect = 0.3;
