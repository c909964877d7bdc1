import type { XkdConfig } from '../../config';
import { clipFrames } from '../../config/grid';
import type { RandomStream } from '../../random';
import { Blur } from './blur';
import type { Box } from './box';
import { drawJitter, grey, jitter, type JitterDraw } from './colour';
import { type EraseDraw, erase } from './erase';
import { drawFrameBox, squareBox } from './frameCrop';
import { imageNetMean, imageNetStd } from './imageNet';
import { type Operation, applyOperations } from './randAugment';
import { BoxResampler } from './resample';

/** Random draws for a video view of a clip, the same for all its frames. */
export interface VideoDraw {
  /** First frame of the view's window. */
  readonly firstFrame: number;
  /** T, number of frames of the view. */
  readonly frames: number;
  /** S, side of the view [px]. */
  readonly side: number;
  readonly box: Box;
  readonly flip: boolean;
  /** Null: no colour jitter. */
  readonly jitter: JitterDraw | null;
  readonly grey: boolean;
  /** Standard deviation of the blur [px]; null: no blur. */
  readonly blurSigma: number | null;
  /** RandAugment operations on the crop; omitted: none. */
  readonly operations?: readonly Operation[];
  /** Omitted or null: nothing is erased. */
  readonly erase?: EraseDraw | null;
}

/** Decoded frames of a clip. */
export interface Frames {
  /** `[T, H, W, 3]` of bytes. */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * Every frame, with a large random crop, flip and colour jitter.
 *
 * @example
 * ```ts
 * import { configure, drawGlobalVideo, RandomStream } from 'xkd';
 *
 * const { box, frames, side } = drawGlobalVideo(RandomStream.fromSeed(0), configure('nano'), 40, 60);
 * const area = (box.height * box.width) / (40 * 60);
 * console.log(frames, side, area > 0.55 && area <= 1); // 8 32 true
 * ```
 */
export function drawGlobalVideo(
  stream: RandomStream,
  config: XkdConfig,
  height: number,
  width: number,
): VideoDraw {
  const { globalArea, aspect, flip } = config.videoAugmentation;
  return {
    firstFrame: 0,
    frames: clipFrames(config),
    side: config.clip.frameSize,
    box: drawFrameBox(stream.split('box'), height, width, globalArea, aspect),
    flip: stream.split('flip').bernoulli(flip),
    jitter: drawJitter(stream.split('jitter'), config.videoAugmentation),
    grey: false,
    blurSigma: null,
  };
}

/**
 * A few consecutive frames, with a small random crop, flip and colour jitter, sometimes grey, sometimes
 * blurred.
 *
 * @example
 * ```ts
 * import { configure, drawLocalVideo, RandomStream } from 'xkd';
 *
 * // A local view of nano has four of the eight frames.
 * const draw = drawLocalVideo(RandomStream.fromSeed(0), configure('nano'), 40, 60);
 * console.log(draw.frames, draw.side, draw.firstFrame + draw.frames <= 8); // 4 24 true
 * ```
 */
export function drawLocalVideo(
  stream: RandomStream,
  config: XkdConfig,
  height: number,
  width: number,
): VideoDraw {
  const { localArea, aspect, flip, localGrey, localBlur, blurSigma } = config.videoAugmentation;
  const blur = stream.split('blur');
  return {
    firstFrame: stream.split('window').integer(0, clipFrames(config) - config.views.frames + 1),
    frames: config.views.frames,
    side: config.views.frameSize,
    box: drawFrameBox(stream.split('box'), height, width, localArea, aspect),
    flip: stream.split('flip').bernoulli(flip),
    jitter: drawJitter(stream.split('jitter'), config.videoAugmentation),
    grey: stream.split('grey').bernoulli(localGrey),
    blurSigma: blur.bernoulli(localBlur) ? blur.uniform(...blurSigma) : null,
  };
}

/**
 * Every frame, cropped to the central square of the frame's shorter side, without random draws: for
 * evaluation.
 *
 * @example
 * ```ts
 * import { centreVideo, configure } from 'xkd';
 *
 * const { box, flip } = centreVideo(configure('nano'), 40, 60);
 * console.log(box, flip); // { top: 0, left: 10, height: 40, width: 40 } false
 * ```
 */
export function centreVideo(config: XkdConfig, height: number, width: number): VideoDraw {
  return squareVideo(config, height, width, 0, 1);
}

/**
 * Every frame, cropped to a square of the frame's shorter side, without random draws: for evaluation.
 *
 * @param crop index of the square among those evenly spaced along the longer side, from 0
 * @param crops number of squares; a single one is central
 */
export function squareVideo(
  config: XkdConfig,
  height: number,
  width: number,
  crop: number,
  crops: number,
): VideoDraw {
  return {
    firstFrame: 0,
    frames: clipFrames(config),
    side: config.clip.frameSize,
    box: squareBox(height, width, crop, crops),
    flip: false,
    jitter: null,
    grey: false,
    blurSigma: null,
  };
}

/**
 * Computes the view that was drawn, normalised with ImageNet statistics.
 *
 * @param out array for the view `[3, T, S, S]`; default: a new array
 *
 * @example
 * ```ts
 * import { applyVideo, centreVideo, configure } from 'xkd';
 *
 * const config = configure('nano');
 * const grey = { frames: new Uint8Array(8 * 40 * 60 * 3).fill(128), height: 40, width: 60 };
 * const view = applyVideo(grey, centreVideo(config, 40, 60)); // [3, 8, 32, 32]
 * // Red, normalised as for ImageNet: (128 / 255 - 0.485) / 0.229.
 * console.log(view.length === 3 * 8 * 32 * 32, view[0].toFixed(3)); // true 0.074
 * ```
 */
export function applyVideo(
  clip: Frames,
  draw: VideoDraw,
  out: Float32Array = new Float32Array(3 * draw.frames * draw.side ** 2),
): Float32Array {
  const resampler = new BoxResampler(draw.box, clip.width, draw.side, draw.flip);
  const blur = draw.blurSigma === null ? null : new Blur(draw.side, draw.blurSigma);
  const plane = draw.side * draw.side;
  const frame = new Float32Array(3 * plane); // [3, S, S]
  for (let t = 0; t < draw.frames; t++) {
    resampler.resample(clip.frames, (draw.firstFrame + t) * clip.height * clip.width * 3, frame);
    if (draw.jitter) jitter(frame, draw.jitter);
    if (draw.grey) grey(frame);
    blur?.apply(frame);
    if (draw.operations?.length) operate(frame, draw.operations, draw.side);
    for (let channel = 0; channel < 3; channel++) {
      const to = (channel * draw.frames + t) * plane;
      const from = channel * plane;
      const [mean, scale] = [imageNetMean[channel], 1 / imageNetStd[channel]];
      for (let i = 0; i < plane; i++) out[to + i] = (frame[from + i] - mean) * scale;
    }
  }
  if (draw.erase) erase(out, draw.erase, draw.side);
  return out; // [3, T, S, S]
}

/** RandAugment works on bytes. */
function operate(frame: Float32Array, operations: readonly Operation[], side: number): void {
  const data = Uint8Array.from(frame, (value) => Math.round(255 * value));
  applyOperations({ data, height: side, width: side }, operations);
  for (let i = 0; i < data.length; i++) frame[i] = data[i] / 255;
}
