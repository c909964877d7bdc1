export { sampleClasses, type Material, type Mode } from './materials';
export { materials, sampleRecipe, sampleVersions, usualVersion, type SampleRecipe } from './versions';
export { baseDials, type SampleDials } from './dials';
export {
  clipPath,
  drawClip,
  heardImpacts,
  sampleFrameSize,
  sampleFramesPerSecond,
  sampleRateHz,
  seenImpacts,
  type ClipSpec,
  type DrawSettings,
  type SampleSplit,
} from './clipSpec';
export type { AxisMotion, Hit, Motion, MotionPattern } from './motion';
export type { Bands, ClutterPiece, Colour, SceneSpec } from './sceneSpec';
export type { SoundSpec } from './soundSpec';
export { renderClip, type RenderedClip } from './renderClip';
export { defaultTestClips, defaultTrainClips, type SampleSettings } from './sampleSettings';
export { makeSampleSet, type SampleOptions, type SampleProgress, type SampleSummary } from './makeSampleSet';
