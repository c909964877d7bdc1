import type { XkdConfig } from 'xkd/dist/config';
import type { MediaEntry } from 'xkd/dist/data';
import { openLoader } from 'xkd/dist/data/loader/loader';
import { disposeInputs, type ModelInputs } from 'xkd/dist/model';
import { PretrainingRun } from 'xkd/dist/train';
import type { BatchSource } from 'xkd/dist/train/batches';
import { CompiledEngine } from 'xkd/dist/train/engine/compiledEngine';
import { probeClips } from 'xkd/dist/train/health/plan';
import { scheduleAt } from 'xkd/dist/train/optimiser/schedules';
import { seededState } from 'xkd/dist/train/state/state';
import { modelInputs } from 'xkd/dist/train/step/modelInputs';
import { trainStep } from 'xkd/dist/train/step/step';

/** One round: clips per second of each, measured one after the other. */
export interface TrainingRound {
  /** A whole run: loader, steps and probes, without files. */
  readonly whole: number;
  /** The step alone, on tensors that are in memory. */
  readonly step: number;
  /** The loader alone. */
  readonly loader: number;
  /** Share of the whole run's time in which it waited for clips. */
  readonly waiting: number;
}

export interface RoundArgs {
  readonly config: XkdConfig;
  readonly entries: readonly MediaEntry[];
  /** Steps taken before the measured ones, and those. */
  readonly warmUp: number;
  readonly steps: number;
}

export async function measureRound(args: RoundArgs): Promise<TrainingRound> {
  const step = await measureStep(args);
  const loader = await measureLoader(args);
  return { ...(await measureWhole(args)), step, loader };
}

async function measureStep({ config, entries, warmUp, steps }: RoundArgs): Promise<number> {
  const inputs = await firstInputs(config, entries);
  const state = seededState(config);
  const engine = new CompiledEngine();
  // The middle of a run, where learning rate and EMA momentum are neither 0 nor 1.
  const schedule = scheduleAt(config, 500, { stepsPerEpoch: 10, steps: 1000 });
  try {
    return await clipsPerSecond(config, warmUp, steps, () => trainStep(state, inputs, schedule, engine));
  } finally {
    engine.dispose();
    state.dispose();
    disposeInputs(inputs);
  }
}

async function firstInputs(config: XkdConfig, entries: readonly MediaEntry[]): Promise<ModelInputs> {
  const loader = await openLoader({ entries, config });
  try {
    return modelInputs(config, await loader.next());
  } finally {
    await loader.close();
  }
}

async function measureLoader({ config, entries, warmUp, steps }: RoundArgs): Promise<number> {
  const loader = await openLoader({ entries, config });
  try {
    return await clipsPerSecond(config, warmUp, steps, async () => loader.recycle(await loader.next()));
  } finally {
    await loader.close();
  }
}

async function measureWhole({ config, entries, warmUp, steps }: RoundArgs) {
  let waitedMs = 0;
  const openSource = async (startStep: number): Promise<BatchSource> => {
    const loader = await openLoader({ entries, config, startStep });
    return {
      async next() {
        const askedMs = performance.now();
        const batch = await loader.next();
        waitedMs += performance.now() - askedMs;
        return batch;
      },
      recycle: (batch) => loader.recycle(batch),
      close: () => loader.close(),
      get skipped() {
        return loader.skipped;
      },
    };
  };
  const run = await PretrainingRun.open({
    config,
    entries,
    data: 'bench',
    out: null,
    probeClips: () => probeClips(entries, config),
    openSource,
  });
  const taken = run[Symbol.asyncIterator]();
  try {
    let waitedBefore = 0;
    const start = () => (waitedBefore = waitedMs);
    const take = async () => {
      if ((await taken.next()).done) throw new Error('The run ended before it was measured.');
    };
    const whole = await clipsPerSecond(config, warmUp, steps, take, start);
    const seconds = (steps * config.training.batch) / whole;
    return { whole, waiting: (waitedMs - waitedBefore) / 1000 / seconds };
  } finally {
    await taken.return(undefined);
    await run.close();
    run.state.dispose();
  }
}

async function clipsPerSecond(
  { training }: XkdConfig,
  warmUp: number,
  steps: number,
  take: () => Promise<unknown>,
  onStart: () => void = () => undefined,
): Promise<number> {
  for (let i = 0; i < warmUp; i++) await take();
  onStart();
  const startMs = performance.now();
  for (let i = 0; i < steps; i++) await take();
  return (steps * training.batch) / ((performance.now() - startMs) / 1000);
}
