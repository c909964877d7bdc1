import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { XkdConfig } from '../config';
import {
  evaluationBatches,
  openDataset,
  openLoader,
  pretrainingEntries,
  type EvaluationBatch,
  type MediaEntry,
} from '../data';
import { withBadClips } from '../data/lists/badFiles';
import { readFolderMetrics } from '../files';
import type { MakeClips, Network } from '../eval/features';
import { linearProbes } from '../eval/probe';
import { pruneCheckpoints } from '../train/state/checkpointFolder';
import type { InterruptWatch } from '../train/interrupt';
import { probeClips } from '../train/health/plan';
import type { ProbeClips } from '../train/health/probe';
import { PretrainingRun } from '../train/pretraining';
import { seededState } from '../train/state/state';
import { shareBatches } from '../train/sharedBatches';
import type { BatchSource, StepMetrics } from '../train';
import { initialState } from '../weights';
import { recordGivenWeights } from './givenWeights';
import {
  ablationFeatures,
  ablationProbes,
  endSigns,
  jobFolder,
  writeJobResult,
  type JobResult,
} from './jobResult';
import type { AblationJob } from './plan';
import { probeOnTheWay, untilInterrupt } from './probesOnTheWay';
import type { ProbedStep } from './probedSteps';
import { trainingOf, type RowTraining } from './rows';
import { withSupervised } from './supervised';

export interface TrainJobsArgs {
  /** Jobs of one seed on one data set. */
  readonly jobs: readonly AblationJob[];
  /** Folder of the decoded data set. */
  readonly data: string;
  readonly out: string;
  /** Steps between probes of networks during their training; default: they are probed at the end alone. */
  readonly probeEvery?: number;
  readonly interrupt: InterruptWatch;
  /** Called with the number of steps done by these jobs, including earlier calls. */
  readonly onSteps: (done: number) => void;
  readonly onDone: () => void;
  /** Called for damaged checkpoints, and for what given weights lack. */
  readonly report: (sentence: string) => void;
}

/** A network to be probed, and what went wrong in its training. */
interface ProbedJob {
  readonly job: AblationJob;
  readonly network: Network;
  readonly failures: readonly string[];
}

interface JobUnderWay {
  readonly job: AblationJob;
  readonly run: PretrainingRun;
  readonly steps: AsyncIterator<StepMetrics>;
}

/**
 * Trains networks concurrently on the same batches, then probes each. Runs that stopped at different steps resume there;
 * those ahead wait for the others. A job is finished when its result is written.
 */
export async function trainJobs(args: TrainJobsArgs): Promise<void> {
  const { jobs, data, interrupt } = args;
  const by = (training: RowTraining) => jobs.filter(({ row }) => trainingOf(row) === training);
  const trained = by('losses');
  const { entries: train } = pretrainingEntries(await openDataset(data));
  const clips = keptClips(jobs[0].config);
  const under = trained.length === 0 ? [] : await openRuns({ ...args, jobs: trained }, train);
  try {
    const startMs = performance.now();
    const probingMs = await takeSteps(under, clips, args);
    const training = (performance.now() - startMs - probingMs) / 1000 / Math.max(1, trained.length);
    for (const { run } of under) await run.close();
    if (interrupt.requested) return;
    for (const { job, run } of under) {
      const failures = run.health.findings.filter(({ grave }) => grave).map(({ sentence }) => sentence);
      if (!(await probeJob({ job, network: run.state, failures }, clips, training, args))) return;
    }
    for (const job of by('none')) {
      const state = seededState(job.config);
      const goesOn = await probeJob({ job, network: state, failures: [] }, clips, 0, args);
      state.dispose();
      if (!goesOn) return;
    }
    let before = under.reduce((sum, { run }) => sum + run.state.step, 0);
    for (const job of by('labels')) {
      const { config } = job;
      const onStep = (done: number) => args.onSteps(before + done);
      const labelledMs = performance.now();
      const goesOn = await withSupervised({ config, data, interrupt, onStep }, (network) =>
        probeJob({ job, network, failures: [] }, clips, (performance.now() - labelledMs) / 1000, args),
      );
      if (!goesOn) return;
      before += config.training.steps!;
    }
  } finally {
    for (const { run } of under) {
      await run.close();
      run.state.dispose();
    }
  }
}

async function openRuns(
  { jobs, data, out, interrupt, report }: TrainJobsArgs,
  entries: readonly MediaEntry[],
): Promise<JobUnderWay[]> {
  const runs: PretrainingRun[] = [];
  let sources: readonly BatchSource[] = [];
  // Shared by all jobs, which differ in no key that affects the clips.
  let probed: ProbeClips | null = null;
  try {
    for (const [i, job] of jobs.entries()) {
      const { config, init } = job;
      const folder = jobFolder(out, job);
      recordGivenWeights(out, job);
      const run = await PretrainingRun.open({
        config,
        entries,
        data,
        out: folder,
        initial: init && (() => initialState(init, config, { report })),
        resume: existsSync(join(folder, 'run.json')),
        report,
        interrupt,
        probeClips: async () => (probed ??= await probeClips(entries, config)),
        // The first batch is known only when all runs are open.
        openSource: async () => late(() => sources[i]),
      });
      runs.push(run);
    }
    const [{ config }] = jobs;
    const first = Math.min(...runs.map(({ state }) => state.step));
    const { steps } = runs[0].length;
    const skipped = withBadClips(
      [],
      runs.flatMap(({ state }) => state.skipped),
    );
    const loader = await openLoader({ entries, config, startStep: first, steps, skipped });
    const { accumulate } = config.training;
    sources = shareBatches(
      loader,
      runs.map(({ state }) => (state.step - first) * accumulate),
    );
  } catch (error) {
    for (const run of runs) {
      await run.close();
      run.state.dispose();
    }
    throw error;
  }
  return jobs.map((job, i) => ({ job, run: runs[i], steps: runs[i][Symbol.asyncIterator]() }));
}

/** A source that is available only when it is first used. */
function late(source: () => BatchSource | undefined): BatchSource {
  return {
    next: () => source()!.next(),
    recycle: (batch) => source()?.recycle?.(batch),
    close: async () => source()?.close(),
    get skipped() {
      return source()?.skipped ?? [];
    },
  };
}

/**
 * Takes steps in turn, always with the run that has taken the fewest. An interrupt ends all runs after the current step,
 * with checkpoints.
 *
 * @returns the time that probes on the way took [ms]
 */
async function takeSteps(
  under: readonly JobUnderWay[],
  clips: MakeClips,
  args: TrainJobsArgs,
): Promise<number> {
  const { onSteps } = args;
  let probingMs = 0;
  const begun = new Map<string, ProbedStep>();
  const open = new Set(under);
  const count = () => under.reduce((sum, { run }) => sum + run.state.step, 0);
  onSteps(count());
  while (open.size > 0) {
    const next = [...open].reduce((last, job) => (job.run.state.step < last.run.state.step ? job : last));
    const startMs = performance.now();
    await probeOnTheWay({ job: next.job, network: next.run.state }, { ...args, clips, begun });
    probingMs += performance.now() - startMs;
    if ((await next.steps.next()).done) open.delete(next);
    else onSteps(count());
  }
  return probingMs;
}

/** @returns false if an interrupt came first */
async function probeJob(
  { job, network, failures }: ProbedJob,
  clips: MakeClips,
  training: number,
  { data, out, interrupt, onDone }: TrainJobsArgs,
): Promise<boolean> {
  const startMs = performance.now();
  const probed = { network, data, modalities: ablationFeatures, clips };
  const results = await untilInterrupt(interrupt, linearProbes, probed);
  if (results === null) return false;
  const [{ trainClips, testClips, chance }] = results;
  const top1 = Object.fromEntries(
    results.map((result) => [
      result.modality,
      Object.fromEntries(ablationProbes.map((probe) => [probe, result[probe].top1])),
    ]),
  ) as JobResult['top1'];
  const folder = jobFolder(out, job);
  writeJobResult(folder, {
    format: 1,
    row: job.row.name,
    seed: job.seed,
    training: trainingOf(job.row),
    config: job.config,
    ...{ trainClips, testClips, chance, top1 },
    failures: [...failures],
    ...(trainingOf(job.row) === 'losses' && { signs: signsOf(folder) }),
    seconds: { training, evaluation: (performance.now() - startMs) / 1000 },
    machine: `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`,
  });
  pruneCheckpoints(folder, 1);
  onDone();
  return true;
}

/** The newest signs in the metrics of a run. */
function signsOf(folder: string): JobResult['signs'] {
  const rows = readFolderMetrics(folder) ?? [];
  return Object.fromEntries(
    endSigns.flatMap((sign) => {
      const value = rows.filter((row) => sign in row).at(-1)?.[sign];
      return value === undefined ? [] : [[sign, value]];
    }),
  );
}

/** The clips of the splits for probing all networks, decoded once. */
function keptClips(config: XkdConfig): MakeClips {
  const kept = new Map<string, EvaluationBatch[]>();
  return async function* (entries, batch) {
    const split = String(entries[0].split);
    const known = kept.get(split);
    if (known !== undefined) return yield* known;
    const made: EvaluationBatch[] = [];
    for await (const clips of evaluationBatches(entries, config, { batch })) {
      made.push(clips);
      yield clips;
    }
    kept.set(split, made);
  };
}
