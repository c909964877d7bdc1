export { applyAudio, clipSamples, drawGlobalAudio, drawLocalAudio, type AudioDraw } from './audio';
export {
  applyVideo,
  centreVideo,
  drawGlobalVideo,
  drawLocalVideo,
  imageNetMean,
  imageNetStd,
  squareVideo,
  type Frames,
  type VideoDraw,
} from './video';
export { cropSpectrogram, drawSpectrogramBox } from './spectrogramCrop';
export type { Box } from './box';
export type { JitterDraw } from './colour';
