import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { readChoice } from '@tensorflow/tfjs-node/choice';

/** The machine that the figures were measured on. */
export interface BenchMachine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** Device that TensorFlow and PyTorch compute on. */
  readonly device: 'cpu' | 'gpu';
  /** Versions reported by the engines; null for an engine that did not run. */
  readonly tensorflow: string | null;
  readonly pytorch: string | null;
  /** Load average of the last minute before the start: near 0 if idle. */
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
