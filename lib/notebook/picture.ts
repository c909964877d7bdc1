import { encode } from 'jpeg-js';
import { UserError } from '../errors';
import type { DecodedClip } from '../media';
import { imageNetMean, imageNetStd } from '../data';

/** A picture in memory: `[height, width, 3]`, red green blue. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A picture as a data URI, ready to be laid into a figure. */
export interface Picture {
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

export interface PictureArgs {
  /** JPEG quality, 1 to 100. */
  readonly quality?: number;
  /** Whole-number enlargement that keeps pixels square and sharp. */
  readonly enlarge?: number;
}

/** Encodes a picture as JPEG in a data URI: a frame of 112 px takes about 5 kB. */
export function encodePicture(pixels: Pixels, { quality = 75, enlarge = 1 }: PictureArgs = {}): Picture {
  const width = pixels.width * enlarge;
  const height = pixels.height * enlarge;
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / enlarge) * pixels.width + Math.floor(x / enlarge));
      const to = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) rgba[to + c] = pixels.data[from + c];
    }
  }
  const jpeg = encode({ data: rgba, width, height }, quality).data;
  return { source: `data:image/jpeg;base64,${jpeg.toString('base64')}`, width, height };
}

/** The frames of a decoded clip as pictures of their own (no copy). */
export function clipPictures({ frames, frameCount, width, height }: DecodedClip): Pixels[] {
  if (!frames) throw new UserError('The clip was decoded without pictures: leave out video: false.');
  const size = width * height * 3;
  return Array.from({ length: frameCount }, (_, t) => ({
    data: frames.subarray(t * size, (t + 1) * size),
    width,
    height,
  }));
}

/**
 * Turns a normalised view back into pictures.
 *
 * @param values `[3, T, S, S]`, as a view has it for one clip
 * @param side S [px]
 */
export function viewPictures(values: ArrayLike<number>, side: number): Pixels[] {
  const area = side * side;
  const frames = values.length / (3 * area);
  return Array.from({ length: frames }, (_, t) => {
    const data = new Uint8ClampedArray(3 * area);
    for (let c = 0; c < 3; c++) {
      const start = (c * frames + t) * area;
      for (let p = 0; p < area; p++) {
        data[3 * p + c] = 255 * (values[start + p] * imageNetStd[c] + imageNetMean[c]);
      }
    }
    return { data, width: side, height: side };
  });
}
