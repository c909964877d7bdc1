import type { Box } from './box';

/**
 * Weighted source positions for each target position; those of target i are at `offset[i]...offset[i + 1]`.
 */
interface Taps {
  readonly offset: Int32Array;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/**
 * Cuts a box from frames and resizes it to a square: bilinear with antialiasing, i.e. with a triangle filter
 * that is widened when the box is reduced and cut off at its edge (as in Pillow, which the authors' release
 * uses). T frames, H height, W width, S side.
 */
export class BoxResampler {
  private readonly across: Taps;
  private readonly down: Taps;
  private readonly narrow: Float32Array;

  /**
   * @param width W
   * @param flip true to mirror left and right
   */
  constructor(
    private readonly box: Box,
    private readonly width: number,
    private readonly side: number,
    flip: boolean,
  ) {
    this.across = triangleTaps(box.width, side, 3, flip);
    this.down = triangleTaps(box.height, side, side * 3, false);
    this.narrow = new Float32Array(box.height * side * 3);
  }

  /**
   * @param frames `[T, H, W, 3]` of bytes
   * @param start index of the frame's first value
   * @param out `[3, S, S]`, values in [0, 1]
   */
  resample(frames: Uint8Array, start: number, out: Float32Array): void {
    this.resampleRows(frames, start);
    this.resampleColumns(out);
  }

  private resampleRows(frames: Uint8Array, start: number): void {
    const { box, side, narrow } = this;
    const { offset, index, weight } = this.across;
    let to = 0;
    for (let y = 0; y < box.height; y++) {
      const row = start + ((box.top + y) * this.width + box.left) * 3;
      for (let x = 0; x < side; x++) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let tap = offset[x]; tap < offset[x + 1]; tap++) {
          const at = row + index[tap];
          const share = weight[tap];
          red += share * frames[at];
          green += share * frames[at + 1];
          blue += share * frames[at + 2];
        }
        narrow[to] = red;
        narrow[to + 1] = green;
        narrow[to + 2] = blue;
        to += 3; // [box.height, S, 3]
      }
    }
  }

  private resampleColumns(out: Float32Array): void {
    const { side, narrow } = this;
    const { offset, index, weight } = this.down;
    const plane = side * side;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let tap = offset[y]; tap < offset[y + 1]; tap++) {
          const at = index[tap] + 3 * x;
          const share = weight[tap];
          red += share * narrow[at];
          green += share * narrow[at + 1];
          blue += share * narrow[at + 2];
        }
        const to = y * side + x;
        out[to] = red / 255;
        out[to + plane] = green / 255;
        out[to + 2 * plane] = blue / 255; // [3, S, S]
      }
    }
  }
}

/** @param stride by which positions are multiplied */
function triangleTaps(source: number, target: number, stride: number, flip: boolean): Taps {
  const scale = source / target;
  const support = Math.max(scale, 1);
  const offset = new Int32Array(target + 1);
  const index: number[] = [];
  const weight: number[] = [];
  for (let i = 0; i < target; i++) {
    const centre = ((flip ? target - 1 - i : i) + 0.5) * scale;
    const positions = [];
    for (let at = Math.max(0, Math.floor(centre - support)); at < Math.min(source, centre + support); at++) {
      const share = 1 - Math.abs(at + 0.5 - centre) / support;
      if (share > 0) positions.push({ at, share });
    }
    const total = positions.reduce((sum, { share }) => sum + share, 0);
    for (const { at, share } of positions) {
      index.push(at * stride);
      weight.push(share / total);
    }
    offset[i + 1] = index.length;
  }
  return { offset, index: Int32Array.from(index), weight: Float32Array.from(weight) };
}
