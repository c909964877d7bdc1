import type { XkdConfig } from '../../config';
import { openLoader, type ClipPool, type MediaEntry } from '../../data';
import { readFolderMetrics } from '../../files';
import { listCheckpoints, PretrainingRun, probeClips, type StepMetrics } from '../../train';

export interface ResumableArgs {
  readonly config: XkdConfig;
  /** Training clips. */
  readonly entries: readonly MediaEntry[];
  /** Name of the data, for the run folder. */
  readonly data: string;
  /** Run folder. */
  readonly out: string;
  readonly pool?: ClipPool;
}

export interface ResumableRun {
  readonly run: PretrainingRun;
  /** Metrics of the steps taken so far, including those of earlier kernels. */
  readonly history: StepMetrics[];
}

/** Opens a run, or resumes the one in the folder, whichever kernel started it. */
export async function resumablePretraining(args: ResumableArgs): Promise<ResumableRun> {
  const { entries, config, out, pool } = args;
  const run = await PretrainingRun.open({
    ...args,
    probeClips: () => probeClips(entries, config, pool),
    resume: listCheckpoints(out).length > 0,
    openSource: (startStep, steps, skipped) =>
      openLoader({ entries, config, startStep, steps, skipped, pool }),
  });
  return { run, history: historyOf(out, run.state.step) };
}

/** Metrics of all earlier steps. */
function historyOf(out: string, step: number): StepMetrics[] {
  const rows = step === 0 ? null : readFolderMetrics(out);
  // The rows were written by the run itself, so their type is known.
  return ((rows ?? []) as unknown as StepMetrics[]).filter((metrics) => metrics.step < step);
}
