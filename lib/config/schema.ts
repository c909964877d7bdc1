import { z } from 'zod';
import { kindNames, kindsText } from '../masks';
import { lossKeys } from './lossTable';
import { spans } from './span';

/*
 * All settings of a run. Keys are the same on the command line (`optimiser.learningRate=1e-3`), in a notebook
 * (`configure('nano', { 'optimiser.learningRate': 1e-3 })`) and in a run folder's config.json.
 */

const count = z.int().min(1);
const track = z.int().min(0).max(9999).default(0);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const decay = z.number().min(0).lt(1);
const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, 'its low end is above its high end')
  .refine(([low]) => low > 0, 'its low end must be above 0');

const temperatureSpan = { from: 0.02, to: 0.5, step: 0.005 };
const warmupSpan = { from: 0, to: 50, step: 0.5 };
const decaySpan = { from: 0.8, to: 0.999, step: 0.001 };
const momentumSpan = { from: 0.9, to: 1, step: 0.0005 };
const maskSpan = { from: 0, to: 0.99, step: 0.01 };

const clip = z.strictObject({
  seconds: positive.describe('length of the window cut from a video [s]'),
  framesPerSecond: positive.describe('rate to which the video is resampled [frames/s]'),
  frameSize: count.describe('side of the square global view [px]'),
  sampleRateHz: count.describe('rate to which the sound is resampled [Hz]'),
  videoTrack: track.describe('number of the video track in files with several; 0: the one that a file marks'),
  audioTrack: track.describe('number of the audio track in files with several; 0: the one that a file marks'),
});

const spectrogram = z.strictObject({
  fftSize: z.int().min(2).describe('window of one spectrum [samples], a power of two'),
  hopLength: count.describe('step between spectra [samples]'),
  melBands: count.describe('bands of the Slaney mel filterbank'),
  columns: count.describe('spectra in a global view'),
  minHz: z.number().min(0).describe('lower edge of the filterbank [Hz]'),
  maxHz: positive.describe('upper edge of the filterbank [Hz]'),
  mean: z.number().describe('mean of the log-mel values, which is subtracted'),
  std: positive.describe('standard deviation of the log-mel values, by which they are divided'),
});

const patch = z.strictObject({
  frames: count.describe('frames in a video patch'),
  size: count.describe('side of a video patch [px]'),
  melBands: count.describe('mel bands in an audio patch'),
  columns: count.describe('spectra in an audio patch'),
});

const views = z.strictObject({
  local: z.strictObject({
    video: z.int().min(0).describe('local views of the video'),
    audio: z.int().min(0).describe('local views of the sound'),
  }),
  frames: count.describe('frames of a local view'),
  frameSize: count.describe('side of a local view [px]'),
  columns: count.describe('spectra of a local view'),
});

const transformer = z.strictObject({
  width: count.describe('width of a token'),
  depth: count.describe('blocks'),
  heads: count.describe('attention heads'),
});

const encoder = transformer.extend({
  registers: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe('learned tokens that take part in attention but in no feature; 0: none'),
});

const projector = z.strictObject({
  layers: z.int().min(2).max(8).describe('linear layers before the bottleneck normalisation'),
  hidden: count.describe('width of the hidden layers'),
  bottleneck: count.describe('width that is L2-normalised'),
  outputs: count.describe('outputs over which the softmax runs'),
});

// The ratios, and for each the kind of mask. A ratio's key is the one from before there were kinds.
const mask = z.strictObject({
  video: z.number().min(0).max(0.99).describe('share of video patches removed').register(spans, maskSpan),
  'video.kind': z
    .enum(kindNames('video'))
    .default('random')
    .describe(`what is kept or removed as a whole; ${kindsText('video')}`),
  audio: z.number().min(0).max(0.99).describe('share of audio patches removed').register(spans, maskSpan),
  'audio.kind': z
    .enum(kindNames('audio'))
    .default('random')
    .describe(`what is kept or removed as a whole; ${kindsText('audio')}`),
});

const teacherTemperature = z.strictObject({
  start: positive.describe('at step 0').register(spans, temperatureSpan),
  end: positive.describe('after the warm-up').register(spans, temperatureSpan),
});

const temperature = z.strictObject({
  student: positive
    .describe('of the students, in both directions as in the release')
    .register(spans, temperatureSpan),
  videoTeacher: teacherTemperature,
  audioTeacher: teacherTemperature,
  warmupEpochs: z
    .number()
    .min(0)
    .describe('time over which start turns into end [epochs]')
    .register(spans, warmupSpan),
});

const optimiser = z.strictObject({
  learningRate: positive
    .describe('peak learning rate, which warm-up and cosine scale down')
    .register(spans, { from: 1e-6, to: 1e-1, step: 0.05, scale: 'log' }),
  beta1: decay.describe('decay of the first moment').register(spans, decaySpan),
  beta2: decay.describe('decay of the second moment').register(spans, decaySpan),
  epsilon: positive
    .describe('added to the root of the second moment')
    .register(spans, { from: 1e-10, to: 1e-2, step: 0.1, scale: 'log' }),
  weightDecay: z
    .number()
    .min(0)
    .describe('decoupled decay of tensors of more than one dimension')
    .register(spans, { from: 0, to: 1, step: 0.01 }),
  clip: z
    .number()
    .min(0)
    .describe('largest gradient norm of a tensor; 0: no clipping')
    .register(spans, { from: 0, to: 5, step: 0.05 }),
  warmupEpochs: z
    .number()
    .min(0)
    .describe('linear warm-up of the learning rate from 0 [epochs]')
    .register(spans, warmupSpan),
  freezeLastLayerEpochs: z
    .number()
    .min(0)
    .describe("time in which the head's last layer stays fixed [epochs]")
    .register(spans, warmupSpan),
});

const videoAugmentation = z.strictObject({
  globalArea: range.describe('share of the frame in a global crop'),
  localArea: range.describe('share of the frame in a local crop'),
  aspect: range.describe('width over height of a crop'),
  flip: share.describe('probability of a left-right flip'),
  brightness: z.number().min(0),
  contrast: z.number().min(0),
  saturation: z.number().min(0),
  hue: z.number().min(0).max(0.5),
  localGrey: share.describe('probability of greyscale in a local view'),
  localBlur: share.describe('probability of Gaussian blur in a local view'),
  blurSigma: range.describe('standard deviation of the blur [px]'),
});

const audioAugmentation = z.strictObject({
  globalVolume: share.describe('volume factor drawn from 1 -/+ this'),
  localVolume: share.describe('the same for a local view'),
  localCrop: z.boolean().describe('random-resize-crop of the log-mel in a local view'),
  canvasTime: z.number().min(1).describe('time axis of the canvas over the log-mel'),
  frequencyScale: range.describe('height of the crop over the log-mel'),
  timeScale: range.describe('width of the crop over the log-mel'),
});

const training = z.strictObject({
  batch: count.describe('clips in a step'),
  accumulate: count.describe(
    'micro-batches in which the clips of a step go through, their gradients averaged',
  ),
  epochs: positive.describe('passes through the training clips'),
  steps: count.nullable().describe('steps in all; null: as many as the epochs have'),
  checkpointSteps: count.describe('steps between checkpoints'),
  keepCheckpoints: count.describe('newest checkpoints that are kept'),
  precision: z
    .enum(['fp32', 'bf16'])
    .describe('precision of matrix products: fp32, or bf16 with weights, statistics and optimiser in fp32'),
});

const loader = z.strictObject({
  workers: z.int().min(0).describe('decoding threads; 0: one less than the processors'),
  prefetch: count.describe('batches decoded ahead'),
  cacheMegabytes: z.number().min(0).describe('memory for decoded clips [MB]; 0: none'),
  maxBadShare: share.describe('share of unusable files above which the run stops'),
});

const distributed = z.strictObject({
  alignment: z
    .enum(['global', 'local'])
    .default('global')
    .describe(
      'clips that L_da compares in a run on several processes: global, those of all; local, those of each, as in the release on several GPUs',
    ),
  wire: z
    .enum(['fp32', 'bf16'])
    .default('fp32')
    .describe('precision of gradients on the way between processes'),
});

/** Every configuration key with its range; the description of a key gives its meaning. */
export const configSchema = z.strictObject({
  preset: z.string().describe('preset that this configuration started from'),
  seed: z.int().min(0).describe('seed of every random stream'),
  clip,
  spectrogram,
  patch,
  views,
  encoder,
  decoder: transformer,
  projector,
  sharing: z
    .enum(['none', 'students', 'teachersAndStudents'])
    .describe('blocks shared between modalities: MS, MAS, MATS'),
  mask,
  refinement: z.enum(['none', 'mean', 'softmax']).describe('cross-modal attention on teacher features'),
  teacherView: z.enum(['firstLocal', 'global']).describe("the teachers' view; the release: firstLocal"),
  teacher: z
    .enum(['ema', 'frozen'])
    .default('ema')
    .describe("the teachers' weights: a moving average of their students', or frozen as --init gives them"),
  pairs: z
    .enum(['own', 'shuffled'])
    .default('own')
    .describe('sound paired with a video: its own or, as a control, that of another clip of the batch'),
  temperature,
  centreMomentum: share
    .describe('momentum of the centres')
    .register(spans, { from: 0.5, to: 1, step: 0.005 }),
  ema: z.strictObject({
    start: share.describe('teacher momentum at step 0').register(spans, momentumSpan),
    end: share.describe('teacher momentum at the last step').register(spans, momentumSpan),
  }),
  ...lossKeys,
  optimiser,
  training,
  videoAugmentation,
  audioAugmentation,
  loader,
  // A group that configurations and checkpoints of earlier versions lack.
  distributed: distributed.prefault({}),
});

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** A validated, read-only configuration. Created by {@link configure}. */
// An interface, so that editors show its name instead of all its keys.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface XkdConfig extends Config {}
type Config = Immutable<z.infer<typeof configSchema>>;
/** The kind of input that a tower receives. */
export type Modality = 'video' | 'audio';
/** Both modalities, in the order used everywhere. */
export const modalities = ['video', 'audio'] as const;
