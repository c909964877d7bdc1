import type { RandomStream } from '../../random';
import type { Box } from './box';

/**
 * Draws the box of a random resized crop: a share of the frame's area and an aspect ratio. After ten failed
 * tries, takes the largest central box with an allowed aspect ratio (as torchvision does).
 *
 * @param area range of the share
 * @param aspect range of width over height
 */
export function drawFrameBox(
  stream: RandomStream,
  height: number,
  width: number,
  area: readonly [number, number],
  aspect: readonly [number, number],
): Box {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const pixels = height * width * stream.uniform(...area);
    const ratio = Math.exp(stream.uniform(Math.log(aspect[0]), Math.log(aspect[1])));
    const boxWidth = Math.round(Math.sqrt(pixels * ratio));
    const boxHeight = Math.round(Math.sqrt(pixels / ratio));
    if (boxWidth < 1 || boxWidth > width || boxHeight < 1 || boxHeight > height) continue;
    const top = stream.integer(0, height - boxHeight + 1);
    const left = stream.integer(0, width - boxWidth + 1);
    return { top, left, height: boxHeight, width: boxWidth };
  }
  const ratio = width / height;
  const boxWidth = ratio > aspect[1] ? Math.round(height * aspect[1]) : width;
  const boxHeight = ratio < aspect[0] ? Math.round(width / aspect[0]) : height;
  return centreBox(height, width, Math.min(height, boxHeight), Math.min(width, boxWidth));
}

/** A box in the centre of a frame. */
export function centreBox(height: number, width: number, boxHeight: number, boxWidth: number): Box {
  return {
    top: Math.floor((height - boxHeight) / 2),
    left: Math.floor((width - boxWidth) / 2),
    height: boxHeight,
    width: boxWidth,
  };
}

/**
 * A square whose side is the frame's shorter side: number `crop` of `crops`, evenly spaced along the longer
 * side.
 */
export function squareBox(height: number, width: number, crop: number, crops: number): Box {
  const side = Math.min(height, width);
  if (crops === 1) return centreBox(height, width, side, side);
  const place = (length: number) => Math.floor(((length - side) * crop) / (crops - 1));
  return { top: place(height), left: place(width), height: side, width: side };
}

const attempts = 10;
