import type { Modality } from '../../config';
import type { SettingsSchema } from '../settings';
import { finetuneSchema, linearSchema, type FinetuneSettings, type LinearSettings } from './settings';

/*
 * The paper's values (docs/method.md, section 10). Where it gives none (marked "ours"), they are those commonly used
 * for video and audio transformers. A preset depends on what it names: the modality, and for finetuning on video
 * whether the data set is HMDB51.
 */

/** Protocols trained by gradient descent. */
export type SupervisedProtocol = 'linear' | 'finetune';

/** Clips as they are. */
export const noAugmentation = {
  cropArea: [1, 1] as [number, number],
  flip: 0,
  randAugment: 0,
  magnitude: 7,
  magnitudeStd: 0.5,
  erase: 0,
  mixup: 0,
  cutmix: 0,
  volume: 0,
  timeWarp: 0,
  timeMasks: 0,
  timeMaskShare: 0.2,
  frequencyMasks: 0,
  frequencyMaskShare: 0.2,
};

const linearVideo: LinearSettings = {
  epochs: 100,
  warmupEpochs: 10,
  batch: 64, // ours
  learningRate: 0.01,
  weightDecay: 0, // ours
  beta1: 0.9, // ours
  beta2: 0.999, // ours
  clip: 0,
  dropout: 0,
  labelSmoothing: 0,
  features: 'each',
  trainClips: 1,
  ...noAugmentation,
  cropArea: [0.2, 1],
  flip: 0.5,
  testClips: 3,
  testCrops: 3,
  testEpochs: 0,
};

const linearAudio: LinearSettings = {
  ...linearVideo,
  epochs: 50,
  warmupEpochs: 5, // ours
  learningRate: 1e-3,
  dropout: 0.3,
  cropArea: [1, 1],
  flip: 0,
  volume: 0.1,
  testClips: 8,
  testCrops: 1,
};

const finetuneVideo: FinetuneSettings = {
  epochs: 100,
  warmupEpochs: 5, // ours
  batch: 32, // ours
  learningRate: 5e-4,
  weightDecay: 0.05, // ours
  beta1: 0.9, // ours
  beta2: 0.999, // ours
  clip: 0,
  dropout: 0.5,
  labelSmoothing: 0.1,
  layerDecay: 0.45,
  dropPath: 0.1, // ours
  ...noAugmentation,
  cropArea: [0.2, 1],
  flip: 0.5,
  randAugment: 4,
  magnitude: 7,
  magnitudeStd: 0.5, // ours
  erase: 0.25,
  mixup: 0.6,
  cutmix: 0.5,
  testClips: 3,
  testCrops: 3,
  testEpochs: 0,
};

const finetuneHmdb51: FinetuneSettings = {
  ...finetuneVideo,
  layerDecay: 0.75,
  learningRate: 1e-4,
  mixup: 1,
  cutmix: 1,
};

const finetuneAudio: FinetuneSettings = {
  ...finetuneVideo,
  epochs: 50, // ours
  learningRate: 1e-4,
  dropout: 0, // ours
  labelSmoothing: 0, // ours
  layerDecay: 0.65,
  ...noAugmentation,
  volume: 0.1,
  timeWarp: 0.1, // magnitudes, here and below: ours
  timeMasks: 1,
  timeMaskShare: 0.2,
  frequencyMasks: 1,
  frequencyMaskShare: 0.2,
  testClips: 3,
  testCrops: 1,
};

/** Preset of the linear probe on a modality. */
export function linearPreset(modality: Modality): LinearSettings {
  return modality === 'video' ? linearVideo : linearAudio;
}

/** Preset of finetuning on a modality of a data set. */
export function finetunePreset(modality: Modality, dataset: string): FinetuneSettings {
  if (modality === 'audio') return finetuneAudio;
  return dataset === 'hmdb51' ? finetuneHmdb51 : finetuneVideo;
}

/** Settings of the linear probe, with a preset's values as defaults. */
export function linearSettings(modality: Modality): typeof linearSchema {
  return withDefaults(linearSchema, linearPreset(modality));
}

/** Settings of finetuning, with a preset's values as defaults. */
export function finetuneSettings(modality: Modality, dataset: string): typeof finetuneSchema {
  return withDefaults(finetuneSchema, finetunePreset(modality, dataset));
}

function withDefaults<S extends SettingsSchema>(schema: S, preset: Readonly<Record<string, unknown>>): S {
  const shape = Object.entries(schema.shape).map(([key, type]) => {
    const described = type as typeof linearSchema.shape.epochs;
    return [key, described.default(preset[key] as number).describe(described.description ?? '')];
  });
  return schema.extend(Object.fromEntries(shape) as S['shape']) as unknown as S;
}
