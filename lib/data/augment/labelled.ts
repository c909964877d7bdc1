import { type XkdConfig } from '../../config';
import { clipFrames } from '../../config/grid';
import type { RandomStream } from '../../random';
import { type AudioDraw, clipSamples } from './audio';
import { drawErase } from './erase';
import { drawFrameBox } from './frameCrop';
import { type RandAugmentArgs, drawRandAugment } from './randAugment';
import { type SpectrogramMaskArgs, drawSpectrogramMasks } from './spectrogramMasks';
import { drawTimeWarp } from './timeWarp';
import type { VideoDraw } from './video';

/** Augmentation of the clips that a classifier is trained on. */
export interface LabelledAugmentation {
  /** Range of a crop's share of the frame. */
  readonly cropArea: readonly [number, number];
  /** Probability of a left-right flip. */
  readonly flip: number;
  readonly randAugment: RandAugmentArgs;
  /** Probability of random erasing. */
  readonly erase: number;
  /** The volume factor is drawn from 1 -/+ this value. */
  readonly volume: number;
  /** Largest shift of a point of the time axis, as a share of the columns; 0: no warp. */
  readonly timeWarp: number;
  readonly masks: SpectrogramMaskArgs;
}

/** Every frame, with random crop, flip, RandAugment and random erasing. */
export function drawLabelledVideo(
  stream: RandomStream,
  config: XkdConfig,
  augmentation: LabelledAugmentation,
  height: number,
  width: number,
): VideoDraw {
  const { cropArea, flip, randAugment, erase } = augmentation;
  const side = config.clip.frameSize;
  return {
    firstFrame: 0,
    frames: clipFrames(config),
    side,
    box: drawFrameBox(stream.split('box'), height, width, cropArea, config.videoAugmentation.aspect),
    flip: stream.split('flip').bernoulli(flip),
    jitter: null,
    grey: false,
    blurSigma: null,
    operations: drawRandAugment(stream.split('operations'), randAugment),
    erase: drawErase(stream.split('erase'), erase, side),
  };
}

/** The whole clip, with a small change of volume, time warp, and masked bands and columns. */
export function drawLabelledAudio(
  stream: RandomStream,
  config: XkdConfig,
  { volume, timeWarp, masks }: LabelledAugmentation,
): AudioDraw {
  const { columns, melBands } = config.spectrogram;
  return {
    firstSample: 0,
    samples: clipSamples(config),
    columns,
    gain: stream.split('gain').uniform(1 - volume, 1 + volume),
    box: null,
    warp: drawTimeWarp(stream.split('warp'), columns, timeWarp),
    masks: drawSpectrogramMasks(stream.split('masks'), masks, melBands, columns),
  };
}
