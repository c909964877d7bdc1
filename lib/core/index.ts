/*
 * The method without its surroundings: configurations, masks, layers, losses, the model, log-mel spectrograms, schedules
 * and the training step op by op. Nothing here, and nothing that is imported from here, needs Node, so that the same code
 * runs in a browser (test/browser/core.test.ts); TensorFlow comes from lib/tensor/native.ts alone.
 */
export { UserError } from '../errors';
export { RandomStream } from '../random';
export * from '../config';
export * from '../masks';
export * from '../nn';
export * from '../losses';
export * from '../model';
export { applyAudio, clipSamples, drawGlobalAudio, drawLocalAudio } from '../data/augment/audio';
export { BoxResampler } from '../data/augment/resample';
export { applyVideo, centreVideo, drawGlobalVideo, drawLocalVideo } from '../data/augment/video';
export { drawClip, heardImpacts, sampleFrameSize, sampleRateHz } from '../data/sample/clipSpec';
export type { ClipSpec, SampleSplit } from '../data/sample/clipSpec';
export { renderScene } from '../data/sample/renderScene';
export { renderSound } from '../data/sample/renderSound';
export { sampleRecipe } from '../data/sample/versions';
export { LogMel } from '../data/spectrogram/logMel';
export { melFilterbank } from '../data/spectrogram/melFilterbank';
export type { NdArray } from '../data/types';
export { decisionValues } from '../eval/linearModel';
export { normaliseRows, selectRows, type FeatureMatrix } from '../eval/featureMatrix';
export { fitLogisticRegression } from '../eval/logisticRegression';
export { fitStandardisation, standardiseColumns } from '../eval/standardise';
export { TensorsInMemory } from '../files/tensors/tensorsInMemory';
export { attentionOverTime } from '../inspection/attentionAtEvents';
export { teacherAttention } from '../inspection/attentionView';
export { reconstructView } from '../inspection/reconstructionView';
export { umapSpace } from '../inspection/umapSpace';
export { installLoops } from '../tensor/webAssembly/install';
export { computeAnswers } from '../train/answers';
export { eagerEngine, type Engine } from '../train/engine/engine';
export { modelInputs } from '../train/step/modelInputs';
export { runLength, scheduleAt, type RunLength, type StepSchedule } from '../train/optimiser/schedules';
export { seededState, TrainState } from '../train/state/state';
export { trainStep, type StepResult } from '../train/step/step';
export { nativeInfo, tf } from '../tensor/native';
