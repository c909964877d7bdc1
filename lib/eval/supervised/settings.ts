import { z } from 'zod';
import { UserError } from '../../errors';

/*
 * Settings of classifiers trained by gradient descent. Keys are the same on the command line (`learningRate=1e-3`) and
 * in a notebook. Presets are in presets.ts.
 */

const count = z.int().min(1);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const decay = z.number().min(0).lt(1);

const optimisation = {
  epochs: count.max(100_000).describe('passes through the clips to learn from'),
  warmupEpochs: z.number().min(0).describe('epochs of linear warm-up from 0; then a cosine to 0'),
  batch: count.max(65_536).describe('clips in a step'),
  learningRate: positive.max(10).describe('peak learning rate of AdamW'),
  weightDecay: share.describe('decoupled decay of tensors of more than one dimension'),
  beta1: decay.describe('decay of the first moment'),
  beta2: decay.describe('decay of the second moment'),
  clip: z.number().min(0).describe('largest gradient norm of a tensor; 0: no clipping'),
  dropout: decay.describe('share of the features that the classifier does not see'),
  labelSmoothing: decay.describe('share of a label that is spread over all classes'),
} as const;

const augmentation = {
  cropArea: z
    .tuple([positive.max(1), positive.max(1)])
    .refine(([low, high]) => low <= high, 'its low end is above its high end')
    .describe('share of the frame in a random crop'),
  flip: share.describe('probability of a left-right flip'),
  randAugment: z.int().min(0).max(15).describe('operations of RandAugment drawn for a clip; 0: none'),
  magnitude: z.number().min(0).max(10).describe('mean strength of RandAugment, 0 to 10'),
  magnitudeStd: z.number().min(0).max(10).describe('standard deviation of that strength'),
  erase: share.describe('probability of random erasing'),
  mixup: z.number().min(0).max(100).describe('shape of the beta distribution of mixup; 0: none'),
  cutmix: z.number().min(0).max(100).describe('shape of the beta distribution of cutmix; 0: none'),
  volume: share.describe('volume factor drawn from 1 -/+ this'),
  timeWarp: z.number().min(0).lt(0.5).describe('largest shift in a warp of the time axis, over its length'),
  timeMasks: z.int().min(0).max(100).describe('masks of columns of the spectrogram'),
  timeMaskShare: share.describe('largest share of the columns in one mask'),
  frequencyMasks: z.int().min(0).max(100).describe('masks of bands of the spectrogram'),
  frequencyMaskShare: share.describe('largest share of the bands in one mask'),
} as const;

const testing = {
  testClips: count
    .max(1000)
    .describe('clips of each file in the test, evenly spread; their probabilities are averaged'),
  testCrops: z.int().min(1).max(9).describe('squares of the frame in the test, side by side; sound has none'),
  testEpochs: z.int().min(0).describe('epochs between tests on the way; 0: only at the end'),
} as const;

/** Settings of the linear probe. */
export const linearSchema = z.strictObject({
  ...optimisation,
  features: z
    .enum(['each', 'once'])
    .describe(
      'each: augmented clips in each epoch; once: features of trainClips clips, computed once and kept',
    ),
  trainClips: count
    .max(1000)
    .describe('with features=once: augmented clips of each file; 1: its middle as it is'),
  ...augmentation,
  ...testing,
});
export type LinearSettings = z.infer<typeof linearSchema>;

/** Settings of finetuning. */
export const finetuneSchema = z.strictObject({
  ...optimisation,
  layerDecay: positive.max(1).describe('factor of the learning rate from one block to the one before'),
  dropPath: decay.describe('probability with which the last block is left out; less in earlier ones'),
  ...augmentation,
  ...testing,
});
export type FinetuneSettings = z.infer<typeof finetuneSchema>;

/** Settings that both protocols have. */
export type SupervisedSettings = Omit<LinearSettings, 'features' | 'trainClips'>;

/** @throws UserError for values that are valid by themselves but make no sense together, or with these clips */
export function checkTogether(
  settings: SupervisedSettings,
  modality: 'video' | 'audio',
  multiLabel: boolean,
): void {
  const { warmupEpochs, epochs, testCrops, testEpochs } = settings;
  if (warmupEpochs > epochs) {
    throw new UserError(
      `warmupEpochs is ${warmupEpochs}, but there are only ${epochs} epochs: add warmupEpochs=${Math.floor(epochs / 10)}.`,
    );
  }
  if (testEpochs > epochs) {
    throw new UserError(
      `testEpochs is ${testEpochs}, but there are only ${epochs} epochs: add testEpochs=${epochs} or less.`,
    );
  }
  if (modality === 'audio' && testCrops !== 1) {
    throw new UserError(
      `testCrops is ${testCrops}, but sound has no frames to crop: add testCrops=1, or leave it out.`,
    );
  }
  if (multiLabel && settings.labelSmoothing > 0.5) {
    throw new UserError(
      `labelSmoothing is ${settings.labelSmoothing}, more than what is true of each of several labels: add labelSmoothing=0.1 or less.`,
    );
  }
}
