import { z } from 'zod';
import { numberList } from '../settings';
import type { EvaluationModality } from '../results';

/*
 * Settings of the protocols with their defaults (docs/method.md, section 10). No TensorFlow here: the command line help
 * reads them.
 */

const count = z.int().min(1);
const testClips = count.default(3).describe('clips of a test file, evenly spread');
const testCrops = count.default(3).describe("squares of each test clip's pictures, side by side");

/** Audio uses more training clips and a longer list of costs. */
export function svmSettings(modality: EvaluationModality) {
  const isSound = modality === 'audio';
  const costs = isSound ? [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1] : [0.001, 0.01, 0.1, 1];
  return z.strictObject({
    trainClips: count.default(isSound ? 100 : 25).describe('clips of a file to learn from'),
    augmentation: z
      .enum(['pretraining', 'light', 'none'])
      .default('pretraining')
      .describe(
        'of these clips; pretraining: as its global views; light: crop, flip and volume alone; none: evenly spread, in the crops of the test',
      ),
    testClips,
    testCrops,
    costs: numberList(z.number().positive()).default(costs).describe('costs of an error that are tried'),
    costChoice: z
      .enum(['validation', 'test'])
      .default('validation')
      .describe(
        'validation: cross-validation over the files to learn from; test: best on the test files, as published',
      ),
    validationFolds: z.int().min(2).default(3).describe('folds of the cross-validation'),
    iterations: count.default(1000).describe('Newton steps at most'),
    tolerance: z.number().positive().default(1e-3).describe("share of LIBLINEAR's limit on the gradient"),
  });
}
export type SvmSettings = z.infer<ReturnType<typeof svmSettings>>;
/** Settings that determine the clips. */
export type ClipKey = 'trainClips' | 'testClips' | 'testCrops' | 'augmentation';

export const probeSettings = z.strictObject({
  costs: numberList(z.number().positive())
    .default([0.001, 0.01, 0.1, 1])
    .describe('costs of an error that are tried'),
  validationFolds: z
    .int()
    .min(2)
    .default(3)
    .describe('folds of the cross-validation that chooses among them, fewer for a smaller class'),
});
export type ProbeSettings = z.infer<typeof probeSettings>;

export const knnSettings = z.strictObject({
  clips: count.default(1).describe('clips of a file, evenly spread; their features are averaged'),
  neighbours: numberList(z.number().int().min(1))
    .default([10, 20, 100, 200])
    .describe('numbers of neighbours; top1 and top5 are of 20, or else of the first'),
  temperature: z
    .number()
    .positive()
    .default(0.07)
    .describe('the weight of a neighbour is exp(cosine / temperature)'),
});
export type KnnSettings = z.infer<typeof knnSettings>;

/** The settings of the SVM, and those of the draws. */
export function fewLabelsSettings(modality: EvaluationModality) {
  return svmSettings(modality).extend({
    shares: numberList(z.number().positive().max(1))
      .default([0.01, 0.1])
      .describe('shares of the files of each class that are learnt from, at least one file of each'),
    draws: count.default(5).describe('subsets that are drawn of each share'),
  });
}
export type FewLabelsSettings = z.infer<ReturnType<typeof fewLabelsSettings>>;

export const retrievalSettings = z.strictObject({
  clips: count.default(1).describe('clips of a file, evenly spread; their features are averaged'),
  method: z
    .enum(['ridge', 'centred'])
    .default('ridge')
    .describe(
      'ridge: a linear map learnt on the pairs of the training files; centred: features without their mean',
    ),
  ridge: z
    .number()
    .positive()
    .default(0.1)
    .describe("penalty of the map, as a share of the features' mean variance"),
  recall: numberList(z.number().int().min(1)).default([1, 5, 10]).describe('places among which a hit counts'),
});
export type RetrievalSettings = z.infer<typeof retrievalSettings>;
