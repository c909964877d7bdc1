import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { readChoice } from '@tensorflow/tfjs-node/choice';

/** What the figures were measured on. */
export interface BenchMachine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** Where TensorFlow computes, and PyTorch beside it. */
  readonly device: 'cpu' | 'gpu';
  /** Versions that the engines told; null where one was not run. */
  readonly tensorflow: string | null;
  readonly pytorch: string | null;
  /** Processes that wanted a processor in the last minute before the start: idle is near 0. */
  readonly loadAtStart: number;
}

export function describeBenchMachine(): Omit<BenchMachine, 'tensorflow' | 'pytorch'> {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    device: process.env.XKD_DEVICE === 'cpu' ? 'cpu' : (readChoice().device ?? 'cpu'),
    loadAtStart: loadavg()[0],
  };
}
