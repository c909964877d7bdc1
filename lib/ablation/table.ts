import { z } from 'zod';
import { readJson } from '../files/readJson';
import { shownAs } from '../shown';
import { ablationFeatures, ablationProbes, endSignsSchema } from './jobResult';
import { seedRuleSchema } from './seedRule';
import { ablationValue } from './tableRows';

const share = z.number().min(0).max(1);

/** A mean with the bounds of its 95 % interval, which are null for a single value. */
const interval = z.strictObject({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Interval = Readonly<z.infer<typeof interval>>;

/** Top-1 accuracy of one probe on the features of one modality, from 0 to 1. */
const figure = z.strictObject({
  values: z.array(z.strictObject({ seed: z.int(), top1: share })),
  ours: interval,
  /**
   * Difference between this row and the one that it is compared with, over their common seeds; null for the latter itself.
   */
  gain: interval.nullable(),
});
export type AblationFigure = Readonly<z.infer<typeof figure>>;

const probes = z.record(z.enum(ablationProbes), figure);

const row = z.strictObject({
  name: z.string(),
  title: z.string(),
  overrides: z.record(z.string(), z.unknown()),
  commonShare: share,
  against: z.string(),
  isControl: z.boolean(),
  figures: z.strictObject({ video: probes, audio: probes, both: probes }),
  /** Published figures of the same row, in percent, and their gain over reconstruction of both modalities if published. */
  paper: z.array(
    z.strictObject({
      dataset: z.string(),
      modality: z.enum(ablationFeatures),
      percent: z.number(),
      gain: z.number().nullable(),
    }),
  ),
  /** Problems in the training of its networks; missing if there were none. */
  failures: z.array(z.strictObject({ seed: z.int(), sentence: z.string() })).optional(),
  /** Means over its networks at the end of training. */
  signs: endSignsSchema.optional(),
});
export type AblationTableRow = Readonly<z.infer<typeof row>>;

const tableSchema = z.strictObject({
  format: z.literal(1),
  createdBy: z.array(z.string()),
  seeds: z.array(z.int()),
  steps: z.int().min(1),
  trainClips: z.int(),
  testClips: z.int(),
  /** Accuracy of always predicting the most frequent class. */
  chance: share,
  machines: z.array(z.string()),
  /** Process time of all jobs, including making batches and evaluation. */
  jobSeconds: z.number(),
  /** The full XKD configuration, including its values of the keys in which rows differ. */
  config: z.record(z.string(), z.unknown()),
  rows: z.array(row),
  /** Rule by which rows got their seeds; missing if all got the same number. */
  rule: seedRuleSchema.optional(),
  /** Unfinished jobs. */
  missing: z.array(z.string()),
});

/** The ablation table that is committed, plotted and shown beside the paper's. */
export type AblationTable = Readonly<z.infer<typeof tableSchema>>;

/**
 * Reads a table written by `xkd ablate`.
 *
 * @throws UserError if there is none, or it is damaged
 */
export function readAblationTable(path: string): AblationTable {
  const table = readJson(
    path,
    tableSchema,
    (wrong) =>
      `"${path}" is not a table of an ablation (${wrong}); name the ablation.json that "xkd ablate" wrote.`,
  );
  return shownAs(table, (shown) => ablationValue(shown));
}
