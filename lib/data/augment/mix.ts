import type { RandomStream } from '../../random';
import type { NdArray } from '../types';
import type { Box } from './box';

export interface MixArgs {
  /** Parameter of the beta distribution of mixup's share; 0: no mixup. */
  readonly mixup: number;
  /** The same for cutmix; 0: no cutmix. */
  readonly cutmix: number;
}

/**
 * How each clip of a batch is mixed with its partner. The partner is as far from the end of the batch as the
 * clip is from the start.
 */
export interface MixDraw {
  /** Share that a clip keeps of its own values or area, and thus of its labels. */
  readonly share: number;
  /** The rectangle taken from the partner, the same in every frame; null: all values are mixed. */
  readonly box: Box | null;
}

/**
 * Draws mixup (Zhang et al. 2018) or cutmix (Yun et al. 2019) for a batch, with equal probability if both are
 * enabled. Null if neither is.
 *
 * @param height of a frame or spectrogram
 */
export function drawMix(
  stream: RandomStream,
  { mixup, cutmix }: MixArgs,
  height: number,
  width: number,
): MixDraw | null {
  if (mixup === 0 && cutmix === 0) return null;
  const cut = mixup === 0 || (cutmix > 0 && stream.split('which').bernoulli(0.5));
  const share = drawBeta(stream.split('share'), cut ? cutmix : mixup);
  if (!cut) return { share, box: null };
  const box = drawBox(stream.split('box'), share, height, width);
  // The frame's edge may cut off part of the box.
  return { share: 1 - (box.height * box.width) / (height * width), box };
}

/**
 * Mixes the clips of a batch.
 *
 * @param views `[B, ..., H, W]`
 */
export function mixViews({ data, shape }: NdArray, { share, box }: MixDraw): NdArray {
  const clips = shape[0];
  const size = data.length / clips;
  const mixed = new Float32Array(data.length);
  for (let clip = 0; clip < clips; clip++) {
    const own = data.subarray(clip * size, (clip + 1) * size);
    const partner = data.subarray((clips - 1 - clip) * size, (clips - clip) * size);
    const to = mixed.subarray(clip * size, (clip + 1) * size);
    if (box === null) blend(own, partner, share, to);
    else paste(own, partner, box, shape[shape.length - 2], shape[shape.length - 1], to);
  }
  return { data: mixed, shape };
}

/**
 * Mixes the labels of a batch in the same way as its clips.
 *
 * @param targets `[B, K]`
 */
export function mixTargets({ data, shape }: NdArray, { share }: MixDraw): NdArray {
  const [clips, classes] = shape;
  const mixed = new Float32Array(data.length);
  for (let clip = 0; clip < clips; clip++) {
    const part = (row: number): Float32Array => data.subarray(row * classes, (row + 1) * classes);
    blend(part(clip), part(clips - 1 - clip), share, mixed.subarray(clip * classes, (clip + 1) * classes));
  }
  return { data: mixed, shape };
}

function blend(own: Float32Array, partner: Float32Array, share: number, to: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = share * own[i] + (1 - share) * partner[i];
}

function paste(
  own: Float32Array,
  partner: Float32Array,
  { top, left, height: rows, width: columns }: Box,
  height: number,
  width: number,
  to: Float32Array,
): void {
  to.set(own);
  for (let frame = 0; frame < to.length; frame += height * width) {
    for (let row = top; row < top + rows; row++) {
      const at = frame + row * width + left;
      to.set(partner.subarray(at, at + columns), at);
    }
  }
}

/** A box of about 1 - share of the frame around a random point, clipped to the frame. */
function drawBox(stream: RandomStream, share: number, height: number, width: number): Box {
  const side = Math.sqrt(1 - share);
  const [boxHeight, boxWidth] = [Math.floor(height * side), Math.floor(width * side)];
  const [y, x] = [stream.integer(0, height), stream.integer(0, width)];
  const clip = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const top = clip(y - Math.floor(boxHeight / 2), height);
  const left = clip(x - Math.floor(boxWidth / 2), width);
  const bottom = clip(y + Math.floor(boxHeight / 2), height);
  const right = clip(x + Math.floor(boxWidth / 2), width);
  return { top, left, height: bottom - top, width: right - left };
}

/** A draw from the beta distribution with two equal parameters. */
function drawBeta(stream: RandomStream, shape: number): number {
  const [a, b] = [drawLogGamma(stream, shape), drawLogGamma(stream, shape)];
  return 1 / (1 + Math.exp(b - a));
}

/**
 * Logarithm of a gamma draw: Marsaglia and Tsang's rejection method for shape + 1, corrected by a power of a
 * uniform draw. Logarithms are used because draws with small shapes come close to 0.
 */
function drawLogGamma(stream: RandomStream, shape: number): number {
  const d = shape + 2 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = 1 - stream.uniform();
    if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return Math.log(d * v) + Math.log(1 - stream.uniform()) / shape;
    }
  }
}
