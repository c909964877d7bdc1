import { z } from 'zod';
import { readJson } from '../files/readJson';
import { meanInterval } from '../eval/meanInterval';
import { shownAs } from '../shown';
import { ablationFeatures } from './jobResult';
import { ablationValue } from './tableRows';

const share = z.number().min(0).max(1);

/** A mean with the ends of its 95 % interval, null where there is one value only. */
const interval = z.strictObject({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type Interval = Readonly<z.infer<typeof interval>>;

/** Top-1 of one probe on one modality's features, from 0 to 1. */
const figure = z.strictObject({
  values: z.array(z.strictObject({ seed: z.int(), top1: share })),
  ours: interval,
  /** Over the seeds that both have: this row less the one that it is compared with; null for that one itself. */
  gain: interval.nullable(),
});
export type AblationFigure = Readonly<z.infer<typeof figure>>;

const probes = z.strictObject({ logistic: figure, svm: figure });

const row = z.strictObject({
  name: z.string(),
  title: z.string(),
  overrides: z.record(z.string(), z.unknown()),
  commonShare: share,
  against: z.string(),
  isControl: z.boolean(),
  figures: z.strictObject({ video: probes, audio: probes, both: probes }),
  /** Published figures of the same row, in percent, and less those of both reconstructions where that is published. */
  paper: z.array(
    z.strictObject({
      dataset: z.string(),
      modality: z.enum(ablationFeatures),
      percent: z.number(),
      gain: z.number().nullable(),
    }),
  ),
  /** Of its networks, what went wrong in their training; missing where nothing did. */
  failures: z.array(z.strictObject({ seed: z.int(), sentence: z.string() })).optional(),
});
export type AblationTableRow = Readonly<z.infer<typeof row>>;

const tableSchema = z.strictObject({
  format: z.literal(1),
  createdBy: z.array(z.string()),
  seeds: z.array(z.int()),
  steps: z.int().min(1),
  trainClips: z.int(),
  testClips: z.int(),
  /** Accuracy of always naming the most frequent class. */
  chance: share,
  machines: z.array(z.string()),
  /** How long processes took for all jobs, making batches and evaluation in it. */
  jobSeconds: z.number(),
  /** All of XKD's, with the keys by which rows differ at their values there. */
  config: z.record(z.string(), z.unknown()),
  rows: z.array(row),
  /** Jobs that are not done. */
  missing: z.array(z.string()),
});

/** The ablation as it is committed, drawn and written beside the paper's. */
export type AblationTable = Readonly<z.infer<typeof tableSchema>>;

/**
 * Reads a table that `xkd ablate` wrote.
 *
 * @throws UserError where there is none, or it is damaged
 */
export function readAblation(path: string): AblationTable {
  const table = readJson(
    path,
    tableSchema,
    (wrong) =>
      `"${path}" is not a table of an ablation (${wrong}); name the ablation.json that "xkd ablate" wrote.`,
  );
  return shownAs(table, (shown) => ablationValue(shown));
}

/** Mean and 95 % interval of values that are independent of each other. */
export function intervalOf(values: readonly number[]): Interval {
  if (values.length === 1) return { mean: values[0], low: null, high: null };
  const { mean, low, high } = meanInterval(values);
  return { mean, low, high };
}

/**
 * Mean and 95 % interval of the differences of two rows, seed by seed: what a seed does to both falls out.
 *
 * @returns null where no seed is in both
 */
export function pairedGain(
  values: AblationFigure['values'],
  reference: AblationFigure['values'],
): Interval | null {
  const differences = values.flatMap(({ seed, top1 }) => {
    const other = reference.find((each) => each.seed === seed);
    return other === undefined ? [] : [top1 - other.top1];
  });
  return differences.length === 0 ? null : intervalOf(differences);
}
