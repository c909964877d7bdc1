import type { BenchEngine } from '@local/bench/dist/options';
import type { EngineProcess } from '@local/bench/dist/protocol';

export interface FakeArgs {
  /** Seconds of each step; the last one continues. */
  readonly seconds: readonly number[];
  readonly loss?: number;
  /** Tensors alive after so many steps. */
  readonly liveTensors?: (steps: number) => number | null;
  readonly failAt?: number;
}

/** An engine that computes nothing, takes no time and records when it had its turn. */
export function fakeEngine(engine: BenchEngine, args: FakeArgs, turns: string[]): EngineProcess {
  const { seconds, loss = 4, liveTensors = () => 100, failAt } = args;
  let steps = 0;
  return {
    engine,
    ready: () => {
      turns.push(`start ${engine}`);
      return Promise.resolve({ version: '1', device: 'cpu', threads: 2, loadSeconds: 0.5 });
    },
    run: (_, index) => {
      if (index === failAt) return Promise.reject(new Error(`${engine} broke`));
      turns.push(`${engine} ${index}`);
      const taken = seconds[Math.min(steps++, seconds.length - 1)];
      return Promise.resolve({
        seconds: taken,
        cpuSeconds: 2 * taken,
        losses: { loss, as2vs_align_loss: 1, clipped: steps },
      });
    },
    status: () => Promise.resolve({ peakMemoryBytes: 1e9, liveTensors: liveTensors(steps) }),
    close: () => {
      turns.push(`end ${engine}`);
      return Promise.resolve();
    },
  };
}
