import { prepareSampleSets, type SetProgress } from './sampleSets';
import { runCheckpoints } from '../train/state/checkpointFolder';
import { requireSameWeights } from './givenWeights';
import { jobFolder, readJobResult } from './jobResult';
import type { WorkOrder } from './messages';
import { workInProcesses } from './processes';
import { groupJobs, requireInit, type AblationJob } from './plan';
import { trainingOf } from './rows';

export interface RunAblationArgs {
  /** Jobs of this machine. */
  readonly jobs: readonly AblationJob[];
  /** Folder of the sample set; default: `data/sample`, which is created if missing. */
  readonly data?: string;
  /** Folder of the ablation, for data sets, run folders and results. */
  readonly out: string;
  /** Number of concurrent training processes. */
  readonly processes: number;
  /** Number of TensorFlow threads per process. */
  readonly threads: number;
  /** Steps between probes of networks during their training; default: they are probed at the end alone. */
  readonly probeEvery?: number;
  readonly signal?: AbortSignal;
  readonly onSets?: SetProgress;
  readonly onProgress?: (progress: AblationProgress) => void;
  readonly onNote?: (sentence: string) => void;
}

/** Progress over all jobs of a machine, including earlier calls. */
export interface AblationProgress {
  readonly steps: number;
  readonly stepsInAll: number;
  readonly jobs: number;
  readonly jobsInAll: number;
}

/**
 * Trains and evaluates all unfinished jobs. After an interruption at any point, the same call resumes: finished jobs are
 * kept, and those in progress resume from their checkpoints; those that are trained with labels begin again.
 *
 * @returns true if all jobs are finished, false if a signal stopped them
 * @throws UserError if data are missing, or the folder holds jobs of another configuration
 */
export async function runAblation(args: RunAblationArgs): Promise<boolean> {
  const { jobs, data, out, processes, threads, probeEvery, signal, onProgress, onNote } = args;
  for (const job of jobs) requireSameWeights(out, job);
  const pending = jobs.filter((job) => readJobResult(out, job) === null);
  const stepsInAll = stepsOf(jobs);
  if (pending.length === 0) {
    onProgress?.({ steps: stepsInAll, stepsInAll, jobs: jobs.length, jobsInAll: jobs.length });
    return true;
  }
  requireInit(pending);
  const [{ config }] = pending;
  const shares = [...new Set(pending.map(({ row }) => row.commonShare))];
  const sets = await prepareSampleSets({ data, out, shares, config, signal, onProgress: args.onSets });
  const orders: WorkOrder[] = groupJobs(pending, processes).map((group) => ({
    jobs: group,
    data: sets.get(group[0].row.commonShare)!,
    out,
    probeEvery,
  }));
  let done = jobs.length - pending.length;
  const steps = new Map(orders.map((order) => [order, stepsBefore(out, order.jobs)]));
  const tell = () => {
    const taken = [...steps.values()].reduce((sum, count) => sum + count, 0);
    onProgress?.({
      steps: stepsInAll - stepsOf(pending) + taken,
      stepsInAll,
      jobs: done,
      jobsInAll: jobs.length,
    });
  };
  tell();
  await workInProcesses({
    orders,
    processes,
    threads,
    signal,
    onNews: (order, news) => {
      if (news.kind === 'note') onNote?.(news.sentence);
      if (news.kind === 'jobDone') done++;
      if (news.kind === 'steps') steps.set(order, news.done);
      tell();
    },
  });
  return done === jobs.length;
}

/** Number of steps that some jobs take. */
function stepsOf(jobs: readonly AblationJob[]): number {
  return jobs.reduce(
    (sum, { row, config }) => sum + (trainingOf(row) === 'none' ? 0 : config.training.steps!),
    0,
  );
}

/** Steps taken by earlier calls that are not repeated, so that rate and remaining time refer to this call. */
function stepsBefore(out: string, jobs: readonly AblationJob[]): number {
  return jobs.reduce((sum, job) => sum + (runCheckpoints(jobFolder(out, job))[0]?.step ?? 0), 0);
}
