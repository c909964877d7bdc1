import { z } from 'zod';
import { protocolNames, type ProtocolName } from '../protocols/registry';

/*
 * The findings of a protocol about a network on a data set. All protocols share this form, so that results of many runs
 * fit in one table.
 */

/** What is evaluated: video, audio, or both together. */
export const evaluationModalities = ['video', 'audio', 'both'] as const;
export type EvaluationModality = (typeof evaluationModalities)[number];

const count = z.int().min(0);
/** Values by name, such as `top1`, `top5`, `map`, `recall1`; shares are from 0 to 1. */
const metrics = z.record(z.string(), z.number());

const dataset = z.strictObject({
  /** Such as `ucf101`, or `folder`. */
  name: z.string().min(1),
  root: z.string(),
  /** For an extracted set: the folder it was extracted from. */
  original: z.string().optional(),
  /** Class names; the position is the class index. */
  classes: z.array(z.string()),
  multiLabel: z.boolean(),
});

const network = z.strictObject({
  /** Source of the weights, in words: a path, or that the network is untrained. */
  source: z.string(),
  /** SHA-256 of the weights of the evaluated towers, in hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  preset: z.string(),
  variant: z.enum(['MS', 'MAS', 'MATS']),
  /** Changes of its configuration from the preset, such as `{ "loss.alignment": 0 }`, without the seed. */
  changes: z.record(z.string(), z.unknown()).optional(),
  /** Pretraining steps, if the weights record them. */
  step: count.nullable(),
  /** Seed of the pretraining. */
  seed: z.int(),
});

const fold = z.strictObject({
  /** Name of the data set's fold, such as `1`. A protocol that draws subsets of a fold includes them in the name. */
  name: z.string(),
  trainClips: count,
  testClips: count,
  metrics,
  /** Further details of a fold, such as costs tried or confusion counts. */
  details: z.record(z.string(), z.unknown()).optional(),
});

const interval = z.strictObject({
  /** Bounds of the mean's 95 % confidence interval. */
  low: z.number(),
  high: z.number(),
  /** Number of values averaged. */
  values: z.int().min(2),
});

export const protocolResultSchema = z.strictObject({
  format: z.literal(1),
  /** The type does not name the protocols, because those of the registry are defined in terms of results. */
  protocol: z.enum(protocolNames as readonly string[]),
  dataset,
  modality: z.enum(evaluationModalities),
  tower: z.enum(['teacher', 'student']),
  network,
  /** The protocol's own settings, including defaults. */
  settings: z.record(z.string(), z.unknown()),
  seed: z.int(),
  folds: z.array(fold).min(1),
  /** Mean over the folds. */
  metrics,
  /** Intervals of metrics that were measured several times. */
  intervals: z.record(z.string(), interval).optional(),
  /** Files that could not be used. */
  skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** What readers of the figures must know, one sentence each. */
  notes: z.array(z.string()).optional(),
  /** Command line arguments; empty in a notebook. */
  createdBy: z.array(z.string()),
});

type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** Result of one protocol for one network, one data set and one seed. */
export interface ProtocolResult extends Immutable<Omit<z.infer<typeof protocolResultSchema>, 'protocol'>> {
  readonly protocol: ProtocolName;
}
export type FoldResult = ProtocolResult['folds'][number];
export type Metrics = FoldResult['metrics'];

/** Mean of each metric over the folds that have it. Metrics are in order of first occurrence. */
export function meanMetrics(folds: readonly Pick<FoldResult, 'metrics'>[]): Record<string, number> {
  const names = [...new Set(folds.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = folds.flatMap(({ metrics }) => metrics[name] ?? []);
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
