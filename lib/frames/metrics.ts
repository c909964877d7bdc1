import type { DataFrame } from 'danfojs-node';
import { UserError } from '../errors';
import { lookAt, readFolderMetrics, readMetricsFile } from '../files';
import { dataFrame, type ColumnType } from './dataFrame';

/** A training run with a folder of its own. */
export interface RunWithFolder {
  /** Path of the run's folder; null for a run that writes nothing. */
  readonly out: string | null;
}

/** Columns of whole numbers; all others are `float32`, also if a loss happens to be 0 in all steps. */
const wholeNumbers: readonly string[] = ['step', 'epoch', 'clipped'];

/**
 * Metrics of a run as a danfo.js data frame, one row per step, with the columns of `metrics.csv`:
 *
 * - `step`, `epoch`: counted from 0
 * - `total` and one column per loss and term, in the units of `docs/method.md`
 * - `learningRate`, `emaMomentum`: of this step
 * - `clipped`: number of tensors whose gradient was clipped; `clippedShare`: their share, from 0 to 1
 * - `secondsPerStep` [s]
 *
 * Values that were not measured at a step are NaN. The file may be read while the run goes on.
 *
 * @param run a run of this process, the path of a run folder, or the path of a metrics file (`.csv` or `.jsonl`)
 * @throws UserError if there are no metrics, or none yet
 */
export function readMetrics(run: string | RunWithFolder): DataFrame {
  const path = typeof run === 'string' ? run : run.out;
  if (path === null) {
    throw new UserError(
      'This run has no folder, so its metrics are not in a file: open it with a folder (out).',
    );
  }
  const rows = /\.(csv|jsonl)$/.test(path) ? readMetricsFile(path) : readFolderMetrics(path);
  if (rows === null) {
    const problem = lookAt(path) === null ? 'does not exist' : 'has neither metrics.csv nor metrics.jsonl';
    throw new UserError(`"${path}" ${problem}: name the folder of a run, such as runs/first.`);
  }
  if (rows.length === 0) throw new UserError(`"${path}" has no metrics yet: its first step has not ended.`);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const types = [...names].map((name): [string, ColumnType] => [
    name,
    wholeNumbers.includes(name) ? 'int32' : 'float32',
  ]);
  return dataFrame(rows, { types: Object.fromEntries(types) });
}
