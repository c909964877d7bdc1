import { configure } from 'xkd/dist/config';
import { BatchQueue } from 'xkd/dist/train/batches';
import { probeInterval } from 'xkd/dist/train/health/plan';
import { runLength, scheduleAt } from 'xkd/dist/train/optimiser/schedules';
import { TrainState } from 'xkd/dist/train/state/state';
import { StepTaker } from 'xkd/dist/train/step/stepTaker';
import type { BenchPreset } from '../options';
import { MadeBatches, madeEntries, madeProbeClips } from './madeClips';

/** Share of the probes in a run's processor time, once both graphs exist; without reading files. */
export interface ProbeCost {
  readonly preset: BenchPreset;
  readonly batch: number;
  /** Steps between two probes. */
  readonly interval: number;
  /** Processor time of a step and of a probe. */
  readonly stepSeconds: number;
  readonly probeSeconds: number;
}

/** Share of the probes in the total, from 0 to 1. */
export function shareOf({ interval, stepSeconds, probeSeconds }: ProbeCost): number {
  return probeSeconds / (probeSeconds + interval * stepSeconds);
}

/** Measures the means over a number of steps and the same number of probes, after one of each for warm-up. */
export async function measureProbeCost(
  preset: BenchPreset,
  batch: number,
  rounds: number,
): Promise<ProbeCost> {
  const config = configure(preset, { 'training.batch': batch });
  const schedule = scheduleAt(config, 0, runLength(config, madeEntries.length));
  const state = TrainState.create(config);
  const made = await new MadeBatches().source(config, 0).next();
  const source = { next: async () => made, close: async () => undefined, skipped: [] };
  const taker = new StepTaker(state, new BatchQueue(source), false);
  const clips = madeProbeClips(config);
  try {
    const step = () => taker.take(schedule);
    const probe = () => taker.probe(clips, schedule);
    await step();
    await probe();
    const [stepSeconds, probeSeconds] = [await meanTime(step, rounds), await meanTime(probe, rounds)];
    return { preset, batch, interval: probeInterval(config), stepSeconds, probeSeconds };
  } finally {
    taker.dispose();
    state.dispose();
  }
}

async function meanTime(work: () => Promise<unknown>, rounds: number): Promise<number> {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) await work();
  const { user, system } = process.cpuUsage(before); // microseconds
  return (user + system) / 1e6 / rounds;
}
