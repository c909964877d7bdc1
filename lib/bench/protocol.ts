import type { XkdConfig } from '../config';
import type { NativeInfo } from '../tensor/native';
import type { StepSchedule } from '../train/schedules';
import type { BenchEngine, BenchKind, BenchPrecision } from './options';

/** What an engine's process is started with, as a JSON file; both languages read it. */
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
  /** Number of K in the file. */
  readonly inputs: number;
  readonly schedule: StepSchedule;
}

/** One line to the process. */
export type Command = { readonly do: BenchKind; readonly index: number } | { readonly do: 'status' };

/** The process's first line. */
export interface Ready {
  /** Of TensorFlow or PyTorch. */
  readonly version: string;
  /** Where it computes. */
  readonly device: NativeInfo['device'];
  readonly threads: number;
  /** From the file of weights to tensors. */
  readonly loadSeconds: number;
}

export interface StepReply {
  readonly seconds: number;
  /** Time of all threads of the process together. */
  readonly cpuSeconds: number;
  /** Losses before the update, by the release's names; only of a step. */
  readonly losses?: Readonly<Record<string, number>>;
  /** Sum of squares of the features; only of feature extraction. */
  readonly checksum?: number;
}

export interface Status {
  /** Most memory that the process has held so far, its libraries included. */
  readonly peakMemoryBytes: number;
  /** Tensors alive; null where the library does not count them. */
  readonly liveTensors: number | null;
}

/** An engine in a process of its own. */
export interface EngineProcess {
  readonly engine: BenchEngine;
  ready(): Promise<Ready>;
  run(kind: BenchKind, index: number): Promise<StepReply>;
  status(): Promise<Status>;
  close(): Promise<void>;
}
