import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openPretraining, type PretrainOptions, type PretrainingRun } from '../train';
import { projectPath } from '../files/projectPath';

export interface KeptRunArgs extends Omit<PretrainOptions, 'out' | 'resume'> {
  /** Name of the run's folder in `runs/notebooks`; different configurations need different names. */
  readonly name: string;
}

/** A run that a notebook starts, and that it resumes, or finds complete, when the notebook is run again. */
export interface KeptRun {
  readonly run: PretrainingRun;
  /** Absolute path. */
  readonly folder: string;
}

/**
 * Opens a run in `runs/notebooks`, or resumes the existing one from its newest valid checkpoint.
 *
 * @throws UserError if the folder holds a run with another configuration or other data
 */
export async function openKeptRun({ name, ...args }: KeptRunArgs): Promise<KeptRun> {
  const folder = projectPath('runs', 'notebooks', name);
  const resume = existsSync(join(folder, 'run.json'));
  return { run: await openPretraining({ ...args, out: folder, resume }), folder };
}
