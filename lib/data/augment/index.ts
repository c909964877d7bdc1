export { applyAudio, clipSamples, drawGlobalAudio, drawLocalAudio, type AudioDraw } from './audio';
export {
  applyVideo,
  centreVideo,
  drawGlobalVideo,
  drawLocalVideo,
  squareVideo,
  type Frames,
  type VideoDraw,
} from './video';
export { imageNetMean, imageNetStd } from './imageNet';
export { cropSpectrogram, drawSpectrogramBox } from './spectrogramCrop';
export type { Box } from './box';
export type { JitterDraw } from './colour';
export * from './randAugment';
export { drawErase, erase, type EraseDraw } from './erase';
export { drawMix, mixTargets, mixViews, type MixArgs, type MixDraw } from './mix';
export { drawSpectrogramMasks, coverSpectrogram } from './spectrogramMasks';
export type { SpectrogramMaskArgs, SpectrogramMasks, Stripe } from './spectrogramMasks';
export { drawTimeWarp, warpTime, type TimeWarpDraw } from './timeWarp';
export { drawLabelledAudio, drawLabelledVideo, type LabelledAugmentation } from './labelled';
