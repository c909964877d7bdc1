import { z } from 'zod';
import { lookAt, writeFileAtomic } from 'xkd/dist/files';
import { readJson } from 'xkd/dist/files/readJson';
import type { BenchPreset } from '../options';
import { type ProbeCost, measureProbeCost } from './cost';
import { type HealthBenchArgs, type HealthRow, runHealthBench } from './run';

const rowsSchema = z.array(
  z.strictObject({
    name: z.string(),
    kind: z.enum(['failing', 'healthy']),
    steps: z.int(),
    said: z.array(z.strictObject({ step: z.int(), sentence: z.string() })),
    right: z.boolean(),
  }),
);

/** Results of the benchmark kind `health`. */
export interface HealthReport {
  readonly runs: readonly HealthRow[];
  readonly cost: readonly ProbeCost[];
}

export interface HealthKindArgs {
  /** Presets of the networks whose probes are timed. */
  readonly presets: readonly BenchPreset[];
  readonly batches: readonly number[];
  /** Timed steps and probes; null: a number that suits the preset. */
  readonly rounds: number | null;
  readonly data: HealthBenchArgs['data'];
  /** File with the result of each run; those in it are not run again. */
  readonly file: string;
  readonly steps: number;
  readonly onProgress: (text: string) => void;
}

const defaultRounds: Readonly<Record<BenchPreset, number>> = { nano: 10, tiny: 4, base: 2 };

/** Cost of the probes, and all runs, including those of an earlier call. */
export async function runHealthKind({
  file,
  steps,
  presets,
  batches,
  rounds,
  ...args
}: HealthKindArgs): Promise<HealthReport> {
  const cost: ProbeCost[] = [];
  for (const preset of presets)
    for (const batch of batches) {
      args.onProgress(`health: time of probes, ${preset}, batch ${batch}`);
      cost.push(await measureProbeCost(preset, batch, rounds ?? defaultRounds[preset]));
    }
  const stored: HealthRow[] = lookAt(file) === null ? [] : readHealthRows(file);
  const rows = stored.filter((row) => row.steps === steps);
  const onRow = (row: HealthRow) => {
    rows.push(row);
    writeFileAtomic(file, `${JSON.stringify(rows, null, 2)}\n`);
  };
  await runHealthBench({ ...args, steps, before: [...rows], onRow });
  return { runs: rows, cost };
}

/** @throws UserError if a file holds no results of the kind `health` */
export function readHealthRows(file: string): HealthRow[] {
  return readJson(
    file,
    rowsSchema,
    (wrong) => `"${file}" holds no results of the kind health (${wrong}); name another --health-file.`,
  );
}
