import { type Modality, type XkdConfig, modalities } from '../config';
import type { BadFile, MediaEntry, NdArray, ViewBatch } from '../data/types';
import {
  type ModelInputs,
  disposeInputs,
  drawNoise,
  fullGrid,
  maskFromNoise,
  maskTensors,
  tokenCount,
} from '../model';
import { RandomStream } from '../random';
import { tf } from '../tensor/native';
import {
  checkpointPath,
  loadCheckpoint,
  pruneCheckpoints,
  requireSameConfig,
  saveCheckpoint,
} from './checkpoint';
import { type InterruptWatch, watchInterrupt } from './interrupt';
import { RunFolder, type StepMetrics } from './runFolder';
import { type RunLength, runLength, scheduleAt } from './schedules';
import { TrainState } from './state';
import { compiledStep, trainStep } from './step';

/** Where batches come from; `openLoader` makes one from files. */
export interface BatchSource {
  next(): Promise<ViewBatch>;
  close(): Promise<void>;
  readonly skipped: readonly BadFile[];
}

export interface PretrainingArgs {
  readonly config: XkdConfig;
  /** Training clips. */
  readonly entries: readonly MediaEntry[];
  /** Name of the data, for the run folder. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Go on from the newest checkpoint of `out`. */
  readonly resume?: boolean;
  /** Run each step op by op instead of as one native graph: slower, the same figures. */
  readonly eager?: boolean;
  /** Opens the batches from a step on. */
  readonly openSource: (startStep: number, steps: number) => Promise<BatchSource>;
}

/**
 * A pretraining run. It is iterated step by step, so that a notebook can draw in between:
 *
 *     const run = await openPretraining({ ... });
 *     for await (const metrics of run) draw(metrics);
 *
 * The loop ends after the last step, or cleanly after the running one when Ctrl-C or JupyterLab's interrupt comes; a
 * checkpoint is written then. All state is in `run.state`; iterating again goes on.
 */
export class PretrainingRun implements AsyncIterable<StepMetrics> {
  private readonly compiled = compiledStep();
  /** Whether the last loop was ended by an interrupt. */
  interrupted = false;

  private constructor(
    readonly state: TrainState,
    readonly length: RunLength,
    private readonly args: PretrainingArgs,
    private readonly folder: RunFolder | null,
    private readonly source: BatchSource,
  ) {}

  static async open(args: PretrainingArgs): Promise<PretrainingRun> {
    const { config, entries, out, resume = false } = args;
    const length = runLength(config, entries.length);
    const folder = out === null ? null : RunFolder.open(out, resume);
    const state = resume && out !== null ? resumeState(out, config) : TrainState.create(config);
    try {
      folder?.describe(config, args.data, entries.length, length.steps);
      folder?.openMetrics(state.step);
      const source = await args.openSource(state.step, length.steps);
      return new PretrainingRun(state, length, args, folder, source);
    } catch (error) {
      folder?.close();
      state.dispose();
      throw error;
    }
  }

  get config(): XkdConfig {
    return this.args.config;
  }

  get skipped(): readonly BadFile[] {
    return this.source.skipped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StepMetrics> {
    const watch = watchInterrupt();
    this.interrupted = false;
    let saved = this.state.step;
    try {
      while (this.state.step < this.length.steps && !this.stopRequested(watch)) {
        const metrics = await this.step();
        if (this.state.step % this.config.training.checkpointSteps === 0) {
          this.save();
          saved = this.state.step;
        }
        yield metrics;
        // TensorFlow holds the event loop during a step: messages, signals and displays get their turn here.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      watch.stop();
      if (this.state.step !== saved) this.save();
    }
  }

  /** Takes one step and records it. */
  async step(): Promise<StepMetrics> {
    const startMs = performance.now();
    const { step } = this.state;
    const batch = await this.source.next();
    const inputs = modelInputs(this.config, batch);
    const schedule = scheduleAt(this.config, step, this.length);
    try {
      const { losses, clipped } = trainStep(
        this.state,
        inputs,
        schedule,
        this.args.eager ? undefined : (step) => this.compiled.call(step),
      );
      const metrics: StepMetrics = {
        step,
        epoch: Math.floor(step / this.length.stepsPerEpoch),
        ...losses,
        learningRate: schedule.learningRate,
        emaMomentum: schedule.emaMomentum,
        clipped,
        secondsPerStep: (performance.now() - startMs) / 1000,
      };
      this.folder?.writeMetrics(metrics);
      return metrics;
    } finally {
      disposeInputs(inputs);
    }
  }

  /** Writes a checkpoint of the present step and removes the oldest ones. */
  save(): void {
    if (this.folder === null) return;
    saveCheckpoint(this.state, checkpointPath(this.folder.path, this.state.step));
    pruneCheckpoints(this.folder.path, this.config.training.keepCheckpoints);
  }

  /** Ends threads and files; the state stays usable until it is disposed. */
  async close(): Promise<void> {
    if (this.skipped.length > 0) this.folder?.writeJson('skipped.json', this.skipped);
    this.folder?.close();
    this.compiled.dispose();
    await this.source.close();
  }

  private stopRequested(watch: InterruptWatch): boolean {
    this.interrupted ||= watch.requested;
    return this.interrupted;
  }
}

/** Tensors of a batch, and the masks of its step: functions of the seed and the step alone. */
export function modelInputs(config: XkdConfig, batch: ViewBatch): ModelInputs {
  const seeds = RandomStream.fromSeed(config.seed).split('mask');
  const mask = (modality: Modality) => {
    const clips = batch[modality][0].shape[0];
    const noise = drawNoise(seeds.split(modality, batch.step), clips, tokenCount(fullGrid(config, modality)));
    return maskTensors(maskFromNoise(noise, clips, config.mask[modality]));
  };
  const [video, audio] = modalities.map((modality) => batch[modality].map(toTensor));
  return { views: { video, audio }, masks: { video: mask('video'), audio: mask('audio') } };
}

function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

function resumeState(out: string, config: XkdConfig): TrainState {
  const state = loadCheckpoint(out);
  try {
    requireSameConfig(out, state.config, config);
  } catch (error) {
    state.dispose();
    throw error;
  }
  return state;
}
