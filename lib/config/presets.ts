import { lossDefaults } from './lossTable';
import type { XkdConfig } from './schema';
import { decoderSizes, encoderSizes } from './sizes';

/** A partial configuration, at any depth. */
export type Partially<T> = { readonly [K in keyof T]?: T[K] extends object ? Partially<T[K]> : T[K] };

/** The release's configuration (`configs/pretext/kinetics400/xkd.yaml`): the paper's model. */
const base: XkdConfig = {
  preset: 'base',
  seed: 0,
  clip: {
    seconds: 4,
    framesPerSecond: 8,
    frameSize: 112,
    sampleRateHz: 16000,
    videoTrack: 0,
    audioTrack: 0,
  },
  spectrogram: {
    fftSize: 1024,
    hopLength: 143,
    melBands: 80,
    columns: 448,
    minHz: 0,
    maxHz: 8000,
    mean: -5.3688107,
    std: 4.410007,
  },
  patch: { frames: 4, size: 16, melBands: 4, columns: 16 },
  views: { local: { video: 1, audio: 1 }, frames: 8, frameSize: 96, columns: 112 },
  encoder: { ...encoderSizes.base, registers: 0 },
  decoder: decoderSizes.base,
  projector: { layers: 3, hidden: 2048, bottleneck: 256, outputs: 8192 },
  sharing: 'none',
  mask: { video: 0.85, 'video.kind': 'random', audio: 0.8, 'audio.kind': 'random' },
  refinement: 'mean',
  teacherView: 'firstLocal',
  teacher: 'ema',
  pairs: 'own',
  temperature: {
    student: 0.1,
    videoTeacher: { start: 0.1, end: 0.1 },
    audioTeacher: { start: 0.07, end: 0.07 },
    warmupEpochs: 30,
  },
  centreMomentum: 0.9,
  ema: { start: 0.997, end: 1 },
  ...lossDefaults,
  optimiser: {
    learningRate: 1e-4,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.3,
    clip: 0.3,
    warmupEpochs: 30,
    freezeLastLayerEpochs: 0,
  },
  training: {
    batch: 256,
    accumulate: 1,
    epochs: 800,
    steps: null,
    checkpointSteps: 500,
    keepCheckpoints: 2,
    precision: 'fp32',
  },
  videoAugmentation: {
    globalArea: [0.2, 1],
    localArea: [0.08, 0.4],
    aspect: [3 / 4, 4 / 3],
    flip: 0.5,
    brightness: 0.4,
    contrast: 0.4,
    saturation: 0.4,
    hue: 0.2,
    localGrey: 0.2,
    localBlur: 0.5,
    blurSigma: [0.1, 2],
  },
  audioAugmentation: {
    globalVolume: 0.1,
    localVolume: 0.2,
    localCrop: true,
    canvasTime: 1.5,
    frequencyScale: [0.6, 1.5],
    timeScale: [0.6, 1.5],
  },
  loader: { workers: 0, prefetch: 3, cacheMegabytes: 1024, maxBadShare: 0.05 },
  distributed: { alignment: 'global', wire: 'fp32' },
};

/** The paper's method at a quarter of the width: trains overnight on a laptop. */
const tiny: Partially<XkdConfig> = {
  encoder: encoderSizes.tiny,
  decoder: decoderSizes.tiny,
  projector: { hidden: 512, bottleneck: 128, outputs: 2048 },
  optimiser: { learningRate: 5e-4, weightDecay: 0.05, warmupEpochs: 10 },
  training: { batch: 32, epochs: 100 },
};

/** One second of 32 px video and 32 mel bands: trains on the sample set in minutes on a laptop. */
const nano: Partially<XkdConfig> = {
  clip: { seconds: 1, frameSize: 32 },
  spectrogram: { hopLength: 500, melBands: 32, columns: 32 },
  patch: { frames: 2, size: 8, melBands: 8, columns: 4 },
  views: { frames: 4, frameSize: 24, columns: 16 },
  encoder: { width: 64, depth: 3, heads: 4 },
  decoder: { width: 48, depth: 2, heads: 4 },
  projector: { hidden: 192, bottleneck: 64, outputs: 128 },
  teacherView: 'global',
  temperature: {
    student: 0.2,
    videoTeacher: { start: 0.06, end: 0.06 },
    audioTeacher: { start: 0.06, end: 0.06 },
    warmupEpochs: 0,
  },
  ema: { start: 0.9995, end: 1 },
  optimiser: { learningRate: 2e-3, weightDecay: 0.05, warmupEpochs: 3 },
  training: { batch: 48, epochs: 24, checkpointSteps: 200 },
  videoAugmentation: {
    globalArea: [0.6, 1],
    localArea: [0.2, 0.6],
    brightness: 0.3,
    contrast: 0.3,
    saturation: 0,
    hue: 0,
    localGrey: 0,
    localBlur: 0,
  },
};

/**
 * `nano` in the size of a demonstration: the playground trains it in a browser, in minutes and a few hundred steps. Half the
 * frames and no local views, more left by the masks, and teachers that follow soon.
 */
const pico: Partially<XkdConfig> = {
  clip: { framesPerSecond: 4 },
  views: { local: { video: 0, audio: 0 }, frames: 2 },
  encoder: { depth: 2 },
  decoder: { depth: 1 },
  mask: { video: 0.4, audio: 0.6 },
  // Teachers that follow soon become unsure soon, unless they are sharpened more.
  temperature: { videoTeacher: { start: 0.04, end: 0.04 }, audioTeacher: { start: 0.04, end: 0.04 } },
  ema: { start: 0.998 },
  loss: { distillation: 2 },
  optimiser: { warmupEpochs: 2 },
  training: { batch: 24, epochs: 35 },
  // A mirrored clip would have the stripes of another class of the sample set.
  videoAugmentation: { globalArea: [0.8, 1], flip: 0 },
};

/** The variants share blocks and see three local views (docs/method.md, section 7). */
const threeLocalViews = { local: { video: 3, audio: 3 } };

/** Modality-agnostic students (`xkd_mas.yaml`). */
const mas: Partially<XkdConfig> = {
  sharing: 'students',
  views: threeLocalViews,
  temperature: { videoTeacher: { start: 0.09, end: 0.11 }, audioTeacher: { start: 0.04, end: 0.06 } },
};

/** Modality-agnostic teachers and students (`xkd_mats.yaml`). */
const mats: Partially<XkdConfig> = { sharing: 'teachersAndStudents', views: threeLocalViews };

/**
 * Changes of each preset from `base`, the paper's configuration. If there are two layers, the second is applied last. At
 * laptop size the variants keep nano's one local view and temperatures, so that only the sharing differs.
 */
export const presets = {
  base: [],
  'base-mas': [mas],
  'base-mats': [mats],
  small: [{ encoder: encoderSizes.small, decoder: decoderSizes.small }],
  large: [{ encoder: encoderSizes.large, decoder: decoderSizes.large }],
  tiny: [tiny],
  nano: [nano],
  pico: [nano, pico],
  'nano-mas': [nano, { sharing: 'students' }],
  'nano-mats': [nano, { sharing: 'teachersAndStudents' }],
} as const satisfies Record<string, readonly Partially<XkdConfig>[]>;
/** Names of the {@link presets}. */
export type PresetName = keyof typeof presets;

/** The release's names of its configurations. */
export const presetAliases: Readonly<Record<string, PresetName>> = {
  xkd: 'base',
  xkd_mas: 'base-mas',
  xkd_mats: 'base-mats',
};
/** The configuration from which every preset starts. */
export const presetBase = base;
