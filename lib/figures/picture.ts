import { encode } from 'jpeg-js';
import { encode as encodePng } from 'upng-js';
import { UserError } from '../errors';
import type { DecodedClip } from '../media';
import { imageNetMean, imageNetStd } from '../data';

/** A picture in memory: `[height, width, 3]`, red green blue. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A picture as a data URI, ready for use in a figure. */
export interface Picture {
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

export interface PictureArgs {
  /** JPEG quality, 1 to 100. */
  readonly quality?: number;
  /** Integer scale factor that keeps pixels square and sharp. */
  readonly enlarge?: number;
}

/** Encodes a picture as a PNG with all of its colours. */
export function pngOf(pixels: Pixels): Buffer {
  const { width, height } = pixels;
  return Buffer.from(encodePng([enlarged(pixels, 1).buffer], width, height, 0));
}

/** Number of colours of a picture encoded as PNG. */
const paletteSize = 64;

/**
 * Encodes a picture as a data URI: as PNG in few colours or as JPEG, whichever is smaller. Enlarged frames of
 * 32 px take about 1.5 kB as PNG, frames of 112 px about 5 kB as JPEG.
 *
 * @example
 * ```ts
 * import { encodePicture } from 'xkd';
 *
 * const red = { data: Uint8Array.of(255, 0, 0), width: 1, height: 1 };
 * const picture = encodePicture(red, { enlarge: 64 });
 * console.log(picture.width, picture.source.slice(0, 22)); // 64 data:image/png;base64,
 * ```
 */
export function encodePicture(pixels: Pixels, { quality = 75, enlarge = 1 }: PictureArgs = {}): Picture {
  const width = pixels.width * enlarge;
  const height = pixels.height * enlarge;
  const rgba = enlarged(pixels, enlarge);
  // The encoder's palette search blends the colours of pictures that have fewer.
  const colours = new Set(new Uint32Array(rgba.buffer)).size;
  const png = Buffer.from(encodePng([rgba.buffer], width, height, colours > paletteSize ? paletteSize : 0));
  const jpeg = encode({ data: rgba, width, height }, quality).data;
  const [type, bytes] = png.length < jpeg.length ? ['png', png] : ['jpeg', jpeg];
  return { source: `data:image/${type};base64,${bytes.toString('base64')}`, width, height };
}

/** Opaque pixels `[height, width, 4]`, scaled by an integer factor. */
function enlarged(pixels: Pixels, enlarge: number): Uint8Array<ArrayBuffer> {
  const width = pixels.width * enlarge;
  const height = pixels.height * enlarge;
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / enlarge) * pixels.width + Math.floor(x / enlarge));
      const to = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) rgba[to + c] = pixels.data[from + c];
    }
  }
  return rgba;
}

/** The frames of a decoded clip as separate pictures (no copy). */
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
 * @param values `[3, T, S, S]`, as in a view, for one clip
 * @param side S [px]
 *
 * @example
 * ```ts
 * import { viewPictures } from 'xkd';
 *
 * // 0 is the mean of ImageNet's red, green and blue: 0.485, 0.456 and 0.406 of 255.
 * const [frame] = viewPictures(new Float32Array(3 * 2 * 4 * 4), 4); // [3, 2, 4, 4]
 * console.log(frame.width, Array.from(frame.data.slice(0, 3))); // 4 [ 124, 116, 104 ]
 * ```
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
