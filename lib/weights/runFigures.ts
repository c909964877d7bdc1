import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors';
import { findResults } from '../eval/report';
import type { ProtocolResult } from '../eval/results';
import { type MetricsRow, readJson, readMetricsFile } from '../files';
import { checkpointsFolder, listCheckpoints } from '../train';

const runSchema = z.object({
  data: z.string(),
  clips: z.number(),
  steps: z.number(),
  stepsPerEpoch: z.number(),
  versions: z.record(z.string(), z.string().nullish()),
  machine: z.object({ device: z.string().nullish(), processors: z.number() }),
});
/** Contents of a run folder's `run.json`. */
export type RunDescription = z.infer<typeof runSchema>;

/** Figures from a run's files, up to the step of the weights. */
export interface RunFigures {
  readonly run: RunDescription | null;
  /** Figures of the first step, and of the last one before the weights were saved. */
  readonly first: MetricsRow | null;
  readonly last: MetricsRow | null;
  /** Results of `xkd evaluate` with the weights of this step. */
  readonly results: readonly ProtocolResult[];
}

/** Run folder of a path: the path itself, or the folder that contains the checkpoint; null if there is none. */
export function runFolderOf(path: string): string | null {
  const folder = statSync(path).isDirectory() ? path : dirname(dirname(path));
  const isInside = folder === path || basename(dirname(path)) === basename(checkpointsFolder(folder));
  return isInside && listCheckpoints(folder).length > 0 ? folder : null;
}

/** Reads a run folder's own files. Any of them may be missing. */
export function readRunFigures(folder: string, step: number | null): RunFigures {
  const rows = optional(() => metricsOf(folder)) ?? [];
  const before = rows.filter((row) => step === null || row.step < step);
  const evaluation = join(folder, 'evaluation');
  const found = existsSync(evaluation) ? findResults([evaluation]).results : [];
  return {
    run: optional(() => readJson(join(folder, 'run.json'), runSchema, (wrong) => wrong)),
    first: before[0] ?? null,
    last: before.at(-1) ?? null,
    results: found.map(({ result }) => result).filter(({ network }) => network.step === step),
  };
}

function metricsOf(folder: string): MetricsRow[] {
  const paths = ['metrics.jsonl', 'metrics.csv'].map((name) => join(folder, name));
  return readMetricsFile(paths.find((path) => existsSync(path)) ?? paths[0]);
}

/** Null if a file is missing or has another format: a card shows what is available. */
function optional<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
