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
export { LogMel } from '../data/spectrogram/logMel';
export { melFilterbank } from '../data/spectrogram/melFilterbank';
export { eagerEngine, type Engine } from '../train/engine/engine';
export { modelInputs } from '../train/step/modelInputs';
export { runLength, scheduleAt, type RunLength, type StepSchedule } from '../train/optimiser/schedules';
export { seededState, TrainState } from '../train/state/state';
export { trainStep, type StepResult } from '../train/step/step';
export { nativeInfo, tf } from '../tensor/native';
