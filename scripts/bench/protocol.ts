import type { XkdConfig } from 'xkd/dist/config';
import type { NativeInfo } from 'xkd/dist/tensor/native';
import type { StepSchedule } from 'xkd/dist/train/optimiser/schedules';
import type { BenchEngine, BenchKind, BenchPrecision } from './options';

/** Input of an engine's process, as a JSON file that both languages read. */
export interface Job {
  readonly engine: BenchEngine;
  readonly kind: BenchKind;
  readonly precision: BenchPrecision;
  readonly device: NativeInfo['device'];
  readonly threads: number;
  readonly config: XkdConfig;
  /** safetensors with all weights and centres under their stored names. */
  readonly weightsFile: string;
  /** safetensors with `stepK.frames.i`, `stepK.specs.i` and `stepK.noise.video|audio`. */
  readonly inputsFile: string;
  /** Number of steps in the file. */
  readonly inputs: number;
  readonly schedule: StepSchedule;
}

/** One line to the process. */
export type Command = { readonly do: BenchKind; readonly index: number } | { readonly do: 'status' };

/** First line of the process. */
export interface Ready {
  /** Version of TensorFlow or PyTorch. */
  readonly version: string;
  /** Device that it computes on. */
  readonly device: NativeInfo['device'];
  readonly threads: number;
  /** Time to load the weight file into tensors. */
  readonly loadSeconds: number;
}

export interface StepReply {
  readonly seconds: number;
  /** Processor time of all threads of the process together. */
  readonly cpuSeconds: number;
  /** Losses before the update, under their released names; for steps only. */
  readonly losses?: Readonly<Record<string, number>>;
  /** Sum of squares of the features; for feature extraction only. */
  readonly checksum?: number;
}

export interface Status {
  /** Peak memory of the process so far, including its libraries. */
  readonly peakMemoryBytes: number;
  /** Live tensors; null if the library does not count them. */
  readonly liveTensors: number | null;
}

/** An engine in its own process. */
export interface EngineProcess {
  readonly engine: BenchEngine;
  ready(): Promise<Ready>;
  run(kind: BenchKind, index: number): Promise<StepReply>;
  status(): Promise<Status>;
  close(): Promise<void>;
}
