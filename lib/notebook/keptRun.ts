import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openPretraining, type PretrainOptions, type PretrainingRun } from '../train';
import { projectPath } from './project';

export interface KeptRunArgs extends Omit<PretrainOptions, 'out' | 'resume'> {
  /** Of the run's folder in `runs/notebooks`; different configurations need different names. */
  readonly name: string;
}

/** A run that a notebook begins, and that is gone on from, or found done, when the notebook is run again. */
export interface KeptRun {
  readonly run: PretrainingRun;
  /** Absolute path. */
  readonly folder: string;
}

/**
 * Opens a run in `runs/notebooks`, or the one that is there from the newest sound checkpoint on.
 *
 * @throws UserError where a run of another configuration or other data lies there
 */
export async function openKeptRun({ name, ...args }: KeptRunArgs): Promise<KeptRun> {
  const folder = projectPath('runs', 'notebooks', name);
  const resume = existsSync(join(folder, 'run.json'));
  return { run: await openPretraining({ ...args, out: folder, resume }), folder };
}
