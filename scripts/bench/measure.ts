import { setTimeout } from 'node:timers/promises';
import { requireSameFigures } from './compareLosses';
import type { BenchEngine, BenchGroup } from './options';
import type { EngineProcess, Ready, Status, StepReply } from './protocol';
import { spreadOf } from './statistics';

/** Steps before the counted ones; their figures are compared. */
export const warmupSteps = 2;
/** Batches in the input file; later steps start again with the first. */
export const storedBatches = 4;

/**
 * Pause before a turn [ms]. OpenMP threads, as in PyTorch, spin for a while after their work and would take processors
 * from the next engine.
 */
const idleMs = 50;

/**
 * Minimum duration of a turn [s]. Short steps run several times in a row, with their data in the cache, as in training.
 */
const turnSeconds = 0.3;

/** One measured row. */
export interface BenchRow {
  readonly preset: string;
  readonly batch: number;
  readonly precision: string;
  readonly engine: BenchEngine;
  readonly kind: string;
  readonly accumulate: number;
  readonly rounds: number;
  readonly medianSeconds: number;
  readonly p10: number;
  readonly p90: number;
  /** Median processor time of all threads together; more reliable than elapsed time on a shared machine. */
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
  /** Additional time of the first call, for tracing a graph; null for engines without tracing. */
  readonly traceSeconds: number | null;
  /** Ratio of medians; null if PyTorch was not measured. */
  readonly ratioToPytorch: number | null;
  /** Spread of the ratio over rounds, each of two consecutive steps. */
  readonly ratioP10: number | null;
  readonly ratioP90: number | null;
  /** Time to load the weight file into tensors. */
  readonly loadSeconds: number;
  /** Live tensors after the warm-up and after the last step; null if the library does not count them. */
  readonly liveTensors: readonly [number, number] | null;
}

export interface MeasureArgs {
  readonly group: BenchGroup;
  readonly start: (engine: BenchEngine) => EngineProcess;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What one engine's process reported. */
interface Measured {
  readonly ready: Ready;
  readonly first: number;
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly tensors: readonly (number | null)[];
  readonly status: Status;
}

/**
 * Measures the engines of a group. All are started and take the warm-up steps, whose figures must agree. They then take
 * turns of one or a few steps while the others are idle, so that changes in the machine's speed affect all of them.
 *
 * @throws UserError if engines disagree or one ends
 */
export async function measureGroup({ group, start, onProgress }: MeasureArgs): Promise<BenchRow[]> {
  const { engines, rounds, kind, precision } = group;
  const processes: EngineProcess[] = [];
  try {
    const ready: Ready[] = [];
    // One after the other, so that each has the disk and the processors to itself while loading.
    for (const engine of engines) {
      const process = start(engine);
      processes.push(process);
      ready.push(await process.ready());
    }
    const total = engines.length * (warmupSteps + rounds);
    let done = 0;
    const turn = async (first: number, steps: number): Promise<StepReply[]> => {
      const replies: StepReply[] = [];
      for (const process of processes) {
        await setTimeout(idleMs);
        const inTurn: StepReply[] = [];
        for (let i = 0; i < steps; i++) inTurn.push(await process.run(kind, first + i));
        replies.push(meanReply(inTurn));
        onProgress?.(++done, total);
      }
      return replies;
    };
    const warm: StepReply[][] = [];
    for (let step = 0; step < warmupSteps; step++) {
      const replies = await turn(step, 1);
      replies.forEach((reply, i) =>
        requireSameFigures([engines[0], replies[0]], [engines[i], reply], precision, step),
      );
      warm.push(replies);
    }
    const before = await Promise.all(processes.map((process) => process.status()));
    const slowest = Math.max(...warm[warmupSteps - 1].map(({ seconds }) => seconds));
    const steps = Math.ceil(turnSeconds / slowest);
    const counted: StepReply[][] = [];
    for (let round = 0; round < rounds; round++) counted.push(await turn(warmupSteps + round * steps, steps));
    const after = await Promise.all(processes.map((process) => process.status()));
    const measured = processes.map((_, i) => ({
      ready: ready[i],
      first: warm[0][i].seconds,
      seconds: counted.map((replies) => replies[i].seconds),
      cpuSeconds: counted.map((replies) => replies[i].cpuSeconds),
      tensors: [before[i].liveTensors, after[i].liveTensors],
      status: after[i],
    }));
    return rowsOf(group, measured);
  } finally {
    await Promise.all(processes.map((process) => process.close()));
  }
}

/** Mean over the steps of a turn. */
function meanReply(replies: readonly StepReply[]): StepReply {
  const mean = (figure: (reply: StepReply) => number) =>
    replies.reduce((sum, reply) => sum + figure(reply), 0) / replies.length;
  const [seconds, cpuSeconds] = [mean((reply) => reply.seconds), mean((reply) => reply.cpuSeconds)];
  return { ...replies[replies.length - 1], seconds, cpuSeconds };
}

function rowsOf(group: BenchGroup, measured: readonly Measured[]): BenchRow[] {
  const { preset, batch, precision, kind, accumulate, rounds, engines } = group;
  const reference = measured[engines.indexOf('pytorch')] as Measured | undefined;
  return engines.map((engine, i) => {
    const { ready, first, seconds, cpuSeconds, tensors, status } = measured[i];
    const { median, p10, p90 } = spreadOf(seconds);
    const ratios = reference && spreadOf(seconds.map((value, round) => value / reference.seconds[round]));
    return {
      preset,
      batch,
      precision,
      engine,
      kind,
      accumulate,
      rounds,
      medianSeconds: median,
      p10,
      p90,
      cpuSeconds: spreadOf(cpuSeconds).median,
      peakMemoryBytes: status.peakMemoryBytes,
      traceSeconds: engine === 'compiled' ? Math.max(0, first - median) : null,
      ratioToPytorch: reference ? median / spreadOf(reference.seconds).median : null,
      ratioP10: ratios?.p10 ?? null,
      ratioP90: ratios?.p90 ?? null,
      loadSeconds: ready.loadSeconds,
      liveTensors: tensors[0] === null || tensors[1] === null ? null : ([tensors[0], tensors[1]] as const),
    };
  });
}
