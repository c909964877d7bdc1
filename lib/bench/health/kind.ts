import { z } from 'zod';
import { lookAt, writeFileAtomic } from '../../files';
import { readJson } from '../../files/readJson';
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

export interface HealthKindArgs {
  readonly data: HealthBenchArgs['data'];
  /** Where the results go, run by run: what is there is not done again. */
  readonly file: string;
  readonly steps: number;
  readonly onProgress: (text: string) => void;
}

/** All runs of the proof, those of an earlier call included. */
export async function runHealthKind({ file, steps, ...args }: HealthKindArgs): Promise<HealthRow[]> {
  const stored: HealthRow[] = lookAt(file) === null ? [] : readHealthRows(file);
  const rows = stored.filter((row) => row.steps === steps);
  const onRow = (row: HealthRow) => {
    rows.push(row);
    writeFileAtomic(file, `${JSON.stringify(rows, null, 2)}\n`);
  };
  await runHealthBench({ ...args, steps, before: [...rows], onRow });
  return rows;
}

/** @throws UserError where a file holds no results of the kind health */
export function readHealthRows(file: string): HealthRow[] {
  return readJson(
    file,
    rowsSchema,
    (wrong) => `"${file}" holds no results of the kind health (${wrong}); name another --health-file.`,
  );
}
