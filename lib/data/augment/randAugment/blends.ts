import type { ByteFrame } from './operation';

/*
 * Operations that move a frame away from, or towards, a plainer version of it. Values equal Pillow's, in
 * single precision.
 */

/** Changes the frame in place: plain + factor (frame - plain). */
export function blendWith(data: Uint8Array, plain: Uint8Array, factor: number): void {
  if (factor === 1) return;
  const share = Math.fround(factor);
  for (let i = 0; i < data.length; i++) {
    const value = Math.fround(plain[i] + Math.fround(share * (data[i] - plain[i])));
    data[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
  }
}

/** Each pixel's grey in all channels. */
export function greyFrame(frame: ByteFrame): Uint8Array {
  const grey = greyPixels(frame);
  const plain = new Uint8Array(frame.data.length);
  for (let channel = 0; channel < 3; channel++) plain.set(grey, channel * grey.length);
  return plain;
}

/** The mean grey in all pixels. */
export function meanGreyFrame(frame: ByteFrame): Uint8Array {
  const grey = greyPixels(frame);
  let sum = 0;
  for (const value of grey) sum += value;
  return new Uint8Array(frame.data.length).fill(Math.floor(sum / grey.length + 0.5));
}

export function blackFrame({ data }: ByteFrame): Uint8Array {
  return new Uint8Array(data.length);
}

/**
 * Weighted mean of each pixel's neighbourhood, with weight five for the pixel itself; border pixels are
 * unchanged.
 */
export function smoothFrame({ data, height, width }: ByteFrame): Uint8Array {
  const plain = Uint8Array.from(data);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = (channel * height + y) * width + x;
        let sum = 4 * data[at];
        for (let row = at - width; row <= at + width; row += width)
          sum += data[row - 1] + data[row] + data[row + 1];
        plain[at] = Math.floor(sum / 13 + 0.5);
      }
    }
  }
  return plain;
}

/** `[H, W]` */
function greyPixels({ data, height, width }: ByteFrame): Uint8Array {
  const plane = height * width;
  const [red, green, blue] = [19595, 38470, 7471]; // .299, .587, .114 in 1 / 65536
  const grey = new Uint8Array(plane);
  for (let i = 0; i < plane; i++) {
    grey[i] = (red * data[i] + green * data[i + plane] + blue * data[i + 2 * plane] + 0x8000) >>> 16;
  }
  return grey;
}
