import { z } from 'zod';

/*
 * What a protocol found out about a network on a data set: the same form for all of them, so that results of many
 * runs can stand in one table.
 */

/** The protocols, in the order in which the method lists them. */
export const protocols = ['svm', 'linear', 'finetune', 'knn', 'few-labels', 'retrieval'] as const;
export type ProtocolName = (typeof protocols)[number];

/** What is looked at: the pictures, the sound, or both together. */
export const evaluationModalities = ['video', 'audio', 'both'] as const;
export type EvaluationModality = (typeof evaluationModalities)[number];

const count = z.int().min(0);
/** By name, such as `top1`, `top5`, `map`, `recall1`; shares are from 0 to 1. */
const metrics = z.record(z.string(), z.number());

const dataset = z.strictObject({
  /** Such as `ucf101`, or `folder`. */
  name: z.string().min(1),
  root: z.string(),
  /** Of an extracted set: the folder of what it was extracted from. */
  original: z.string().optional(),
  /** Class names; the position is the class number. */
  classes: z.array(z.string()),
  multiLabel: z.boolean(),
});

const network = z.strictObject({
  /** Where its weights come from, in words: a path, or that it is untrained. */
  source: z.string(),
  /** SHA-256 of the weights of the towers that were looked at, in hexadecimal digits. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  preset: z.string(),
  variant: z.enum(['MS', 'MAS', 'MATS']),
  /** What its configuration changes in the preset, such as `{ "loss.alignment": 0 }`, but for the seed. */
  changes: z.record(z.string(), z.unknown()).optional(),
  /** Steps of pretraining, where the weights tell. */
  step: count.nullable(),
  /** Seed of the pretraining. */
  seed: z.int(),
});

const fold = z.strictObject({
  /** Of the data set's fold, such as `1`; a protocol that draws subsets of a fold names these, too. */
  name: z.string(),
  trainClips: count,
  testClips: count,
  metrics,
  /** Whatever else the protocol tells of a fold, such as costs tried or counts of confusions. */
  details: z.record(z.string(), z.unknown()).optional(),
});

const interval = z.strictObject({
  /** Ends of the 95 % interval of the mean. */
  low: z.number(),
  high: z.number(),
  /** Values that it is of. */
  values: z.int().min(2),
});

export const protocolResultSchema = z.strictObject({
  format: z.literal(1),
  protocol: z.enum(protocols),
  dataset,
  modality: z.enum(evaluationModalities),
  tower: z.enum(['teacher', 'student']),
  network,
  /** The protocol's own settings with all defaults. */
  settings: z.record(z.string(), z.unknown()),
  seed: z.int(),
  folds: z.array(fold).min(1),
  /** Mean over the folds. */
  metrics,
  /** Of metrics that were measured several times over. */
  intervals: z.record(z.string(), interval).optional(),
  /** Files that could not be used. */
  skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** What readers of the figures must know, one sentence each. */
  notes: z.array(z.string()).optional(),
  /** Words of the command line; empty in a notebook. */
  createdBy: z.array(z.string()),
});

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** The result of one protocol: one network, one data set, one seed. */
export type ProtocolResult = Immutable<z.infer<typeof protocolResultSchema>>;
export type FoldResult = ProtocolResult['folds'][number];
export type Metrics = FoldResult['metrics'];

/** The mean of each metric over the folds that have it, in the order in which they first come. */
export function meanMetrics(folds: readonly Pick<FoldResult, 'metrics'>[]): Record<string, number> {
  const names = [...new Set(folds.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = folds.flatMap(({ metrics }) => metrics[name] ?? []);
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
