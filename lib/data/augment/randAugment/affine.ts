import type { ByteFrame, Operation } from './operation';

/**
 * Source position of a pixel: x' = a x + b y + c, y' = d x + e y + f, from the frame's upper left corner
 * [px].
 */
export type AffineMap = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

type Geometric = Extract<
  Operation,
  { readonly kind: 'rotate' | 'shearX' | 'shearY' | 'translateX' | 'translateY' }
>;

export function affineMap(operation: Geometric, height: number, width: number): AffineMap {
  switch (operation.kind) {
    case 'rotate': {
      const angle = (-operation.degrees * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [x, y] = [width / 2, height / 2];
      return [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y];
    }
    case 'shearX':
      return [1, operation.factor, 0, 0, 1, 0];
    case 'shearY':
      return [1, 0, 0, operation.factor, 1, 0];
    case 'translateX':
      return [1, 0, operation.share * width, 0, 1, 0];
    case 'translateY':
      return [1, 0, 0, 0, 1, operation.share * height];
  }
}

/**
 * Applies an affine map to a frame with bilinear interpolation.
 *
 * @param fill RGB value for pixels from outside the frame
 * @param out `[3, H, W]`, must not be the frame's array
 */
export function applyAffine(
  { data, height, width }: ByteFrame,
  [a, b, c, d, e, f]: AffineMap,
  fill: readonly [number, number, number],
  out: Uint8Array,
): void {
  const plane = height * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = y * width + x;
      const fromX = a * (x + 0.5) + b * (y + 0.5) + c;
      const fromY = d * (x + 0.5) + e * (y + 0.5) + f;
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) {
        for (let channel = 0; channel < 3; channel++) out[channel * plane + to] = fill[channel];
        continue;
      }
      const left = Math.floor(fromX - 0.5);
      const top = Math.floor(fromY - 0.5);
      const right = Math.min(width - 1, left + 1);
      const upper = Math.max(0, top) * width;
      const lower = Math.min(height - 1, top + 1) * width;
      const across = fromX - 0.5 - left;
      const down = fromY - 0.5 - top;
      const clamped = Math.max(0, left);
      for (let channel = 0; channel < 3; channel++) {
        const at = channel * plane;
        const above = mix(data[at + upper + clamped], data[at + upper + right], across);
        const below = mix(data[at + lower + clamped], data[at + lower + right], across);
        out[at + to] = mix(above, below, down);
      }
    }
  }
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
