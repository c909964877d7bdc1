import { availableParallelism } from 'node:os';
import { readJobResult } from '../ablation/jobResult';
import { makeAblationTable } from '../ablation/makeTable';
import type { AblationJob } from '../ablation/plan';
import { runAblation } from '../ablation/runAblation';
import type { AblationTable } from '../ablation/table';
import { watchInterrupt } from '../train/interrupt';
import { showText } from './display';
import { progressBar, type ProgressBar } from './progressBar';
import { projectPath } from '../files/projectPath';
import { tick } from './tick';

export interface WatchAblationArgs {
  readonly jobs: readonly AblationJob[];
  /** Name of the ablation's folder in `runs/notebooks`; different configurations need different names. */
  readonly name: string;
  /** Folder of the sample set. */
  readonly data: string;
}

/**
 * Trains and probes jobs in processes beside the kernel, one per core, with one progress bar for all of them.
 * JupyterLab's interrupt stops it and saves checkpoints; running the cell again continues.
 *
 * @returns the table of the finished jobs; null if there are none
 * @throws UserError if data are missing, or the folder holds jobs of another configuration
 */
export async function watchAblation({ jobs, name, data }: WatchAblationArgs): Promise<AblationTable | null> {
  const out = projectPath('runs', 'notebooks', name);
  const stop = new AbortController();
  const interrupt = watchInterrupt();
  void interrupt.whenRequested.then(() => stop.abort());
  let shown: { readonly label: string; readonly bar: ProgressBar } | null = null;
  const update = (label: string, unit: string, done: number, total: number, note?: string): void => {
    if (shown?.label !== label) {
      shown?.bar.finish();
      shown = { label, bar: progressBar(total, label, { unit }) };
    }
    shown.bar.update(done, note);
  };
  try {
    await tick();
    await runAblation({
      ...{ jobs, data, out, processes: availableParallelism(), threads: 1, signal: stop.signal },
      onSets: (label, done, total) => update(label, 'clips', done, total),
      onProgress: (progress) => {
        const note = `${progress.jobs} of ${progress.jobsInAll} networks probed`;
        update('ablation', 'steps', progress.steps, progress.stepsInAll, note);
      },
      onNote: showText,
    });
  } finally {
    interrupt.stop();
    (shown as { readonly bar: ProgressBar } | null)?.bar.finish();
  }
  const someDone = jobs.some((job) => readJobResult(out, job) !== null);
  return someDone ? makeAblationTable({ jobs, folders: [out] }) : null;
}
