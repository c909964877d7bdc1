import { createRequire } from 'node:module';
import { projectPath } from 'xkd';

const { decode, toRGBA8 } = createRequire(projectPath('package.json'))('upng-js') as {
  decode(png: Buffer): { width: number; height: number };
  toRGBA8(png: object): ArrayBuffer[];
};

export type Colour = readonly [red: number, green: number, blue: number];

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => Colour;
}

/** The pixels of a PNG in base64. */
export function pngPixels(png: string): Pixels {
  const image = decode(Buffer.from(png, 'base64'));
  const { width, height } = image;
  const bytes = new Uint8Array(toRGBA8(image)[0]);
  return { width, height, at: (x, y) => [0, 1, 2].map((c) => bytes[4 * (y * width + x) + c]) as never };
}
