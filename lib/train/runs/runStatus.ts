import { join } from 'node:path';
import { z } from 'zod';
import { type XkdConfig, validateConfig } from '../../config';
import { UserError } from '../../errors';
import { lookAt } from '../../files/folder';
import { lockState } from '../../files/locks/lockFile';
import { readFolderMetrics, type MetricsRow } from '../../files/metrics';
import { readJson } from '../../files/readJson';
import { readWarnings, type RunWarning } from './runWarnings';
import type { StepMetrics } from './runFolder';
import { trainingLock } from './trainingFolder';

/* Reads a run folder from another process. TensorFlow is not loaded for this. */

/**
 * `running`: a process is training in it; `finished`: all steps are done; `killed`: its process ended without closing it;
 * `stopped`: it was closed before its last step, by Ctrl-C, an error or a notebook's end. The last two can be resumed.
 */
export type RunState = 'running' | 'finished' | 'killed' | 'stopped';

export interface RunStatus {
  readonly folder: string;
  readonly state: RunState;
  readonly config: XkdConfig;
  /** Name of the data set. */
  readonly data: string;
  readonly clips: number;
  /** Number of steps with figures. */
  readonly step: number;
  /** Total number of steps. */
  readonly steps: number;
  /** Figures of the steps so far. */
  readonly rows: readonly StepMetrics[];
  readonly warnings: readonly RunWarning[];
}

/** True if a folder holds a run, finished or not. */
export function isRunFolder(folder: string): boolean {
  return runFiles.every((name) => lookAt(join(folder, name)) !== null);
}

/** Files that `xkd pretrain` writes before the first step. */
export const runFiles = ['config.json', 'run.json'] as const;

/** Path of the lock file of the training process. */
export function runLockPath(folder: string): string {
  return join(folder, trainingLock);
}

const runSchema = z.object({ data: z.string(), clips: z.int(), steps: z.int() });

/**
 * Reads the state and progress of a run.
 *
 * @param follow supplies the metrics rows; by default they are read from the folder
 * @throws UserError if the folder holds no run, or one of its files is damaged
 */
export function readRunStatus(
  folder: string,
  follow: () => readonly MetricsRow[] = () => readFolderMetrics(folder) ?? [],
): RunStatus {
  if (!isRunFolder(folder)) {
    throw new UserError(`"${folder}" holds no run: give the folder that "xkd pretrain --out" was given.`);
  }
  const damaged = (name: string) => (wrong: string) =>
    `"${join(folder, name)}" is damaged (${wrong}); --resume writes it again.`;
  const { data, clips, steps } = readJson(join(folder, 'run.json'), runSchema, damaged('run.json'));
  const config = validateConfig(readJson(join(folder, 'config.json'), z.unknown(), damaged('config.json')));
  // The lock is read first, so that a run that ends meanwhile has all its rows.
  const lock = lockState(runLockPath(folder));
  const rows = follow() as unknown as readonly StepMetrics[];
  const step = (rows[rows.length - 1]?.step ?? -1) + 1;
  const state =
    lock === 'held' ? 'running' : step >= steps ? 'finished' : lock === 'abandoned' ? 'killed' : 'stopped';
  return { folder, state, config, data, clips, step, steps, rows, warnings: readWarnings(folder) };
}

/** Describes the state of a run folder in a sentence. */
export function stateSentence({ folder, state, step, steps }: RunStatus): string {
  const place = `step ${step} of ${steps}`;
  switch (state) {
    case 'running':
      return `"${folder}" is being trained, ${place}.`;
    case 'finished':
      return `"${folder}" is finished: ${steps} steps done.`;
    case 'killed':
      return `"${folder}" was killed at ${place}; "xkd pretrain ... --resume" continues from its newest checkpoint.`;
    case 'stopped':
      return `"${folder}" was stopped at ${place}; "xkd pretrain ... --resume" continues it.`;
  }
}
