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
import { AccumulatedStep } from './accumulation';
import { saveCheckpoint } from './checkpoint';
import { type Report, checkpointPath, listCheckpoints, pruneCheckpoints } from './checkpointFolder';
import type { RunFacts } from './checkpointMetadata';
import { fingerprintClips } from './clipsFingerprint';
import { CompiledEngine, eagerEngine } from './engine';
import { type InterruptWatch, watchInterrupt } from './interrupt';
import { resumeState } from './resume';
import { RunFolder, type StepMetrics } from './runFolder';
import { type RunLength, type StepSchedule, runLength, scheduleAt } from './schedules';
import { TrainState } from './state';
import { type StepResult, trainStepAsync } from './step';

/** Where batches come from; `openLoader` makes one from files. */
export interface BatchSource {
  next(): Promise<ViewBatch>;
  close(): Promise<void>;
  readonly skipped: readonly BadFile[];
}

/** What a run is made of. */
export interface PretrainingArgs {
  readonly config: XkdConfig;
  /** Training clips. */
  readonly entries: readonly MediaEntry[];
  /** Name of the data, for the run folder. */
  readonly data: string;
  /** Run folder; null keeps everything in memory. */
  readonly out: string | null;
  /** Go on from the newest sound checkpoint of `out`, bit for bit; from the start where there is none yet. */
  readonly resume?: boolean;
  /**
   * Makes the state at step 0, of which a checkpoint is written at once; default: {@link TrainState.create}, which
   * the seed tells. Not called where a checkpoint is resumed.
   */
  readonly initial?: () => Promise<TrainState>;
  /** Told of checkpoints that are damaged; default: a warning. */
  readonly report?: Report;
  /** Tells when to stop; by default each loop listens for itself while it runs. */
  readonly interrupt?: InterruptWatch;
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
 *
 * A run that was cut off anywhere, in mid-epoch as well, goes on bit for bit: every draw is a function of the seed,
 * the step and the place in its batch, and the batch of a step one of the step and the data set.
 */
export class PretrainingRun implements AsyncIterable<StepMetrics> {
  private readonly compiled = new CompiledEngine();
  /** Whether the last loop was ended by an interrupt. */
  interrupted = false;
  /** Step of the newest checkpoint, or the one of the start. */
  private savedStep: number;
  /** After a failed write nothing more is tried: the disk may be full. */
  private writeFailed = false;
  /** The batch that the next step takes, where it was asked for already. */
  private upcoming: Promise<ViewBatch> | null = null;
  private startMs = 0;

  private constructor(
    readonly state: TrainState,
    private readonly facts: RunFacts,
    private readonly args: PretrainingArgs,
    private readonly folder: RunFolder | null,
    private readonly source: BatchSource,
  ) {
    this.savedStep = state.step;
  }

  static async open(args: PretrainingArgs): Promise<PretrainingRun> {
    const { config, entries, out, resume = false, report = (sentence) => console.warn(sentence) } = args;
    const facts = { length: runLength(config, entries.length), clips: fingerprintClips(entries) };
    const folder = out === null ? null : RunFolder.open(out, resume);
    const { initial = async () => TrainState.create(config) } = args;
    const state =
      resume && out !== null
        ? await resumeState({ out, config, run: facts, initial, report })
        : await initial();
    try {
      // Given weights follow from no seed: cut off before its first checkpoint, such a run could not go on without them.
      if (args.initial !== undefined && out !== null && listCheckpoints(out).length === 0) {
        saveCheckpoint(state, checkpointPath(out, state.step), facts);
      }
      folder?.describe(config, args.data, facts);
      folder?.openMetrics(state.step);
      const source = await args.openSource(state.step, facts.length.steps);
      return new PretrainingRun(state, facts, args, folder, source);
    } catch (error) {
      folder?.close();
      state.dispose();
      throw error;
    }
  }

  get length(): RunLength {
    return this.facts.length;
  }

  get config(): XkdConfig {
    return this.args.config;
  }

  get skipped(): readonly BadFile[] {
    return this.source.skipped;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StepMetrics> {
    const { interrupt } = this.args;
    const watch = interrupt ?? watchInterrupt();
    this.interrupted = this.writeFailed = false;
    try {
      while (this.state.step < this.length.steps && (await this.readyForStep(watch))) {
        const metrics = await this.step();
        if (this.state.step % this.config.training.checkpointSteps === 0) this.save();
        yield metrics;
        // Where a step is taken op by op it holds the event loop: messages, signals and displays get their turn here.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      if (this.interrupted) await watch.whenInsistingEnds;
      if (watch !== interrupt) watch.stop();
      if (this.savedStep !== this.state.step && !this.writeFailed) this.save();
    }
  }

  /** Takes one step and records it. */
  async step(): Promise<StepMetrics> {
    const startMs = this.upcoming === null ? performance.now() : this.startMs;
    const { step } = this.state;
    const schedule = scheduleAt(this.config, step, this.length);
    const { losses, clipped } = await this.compute(schedule);
    const metrics: StepMetrics = {
      step,
      epoch: Math.floor(step / this.length.stepsPerEpoch),
      ...losses,
      learningRate: schedule.learningRate,
      emaMomentum: schedule.emaMomentum,
      clipped,
      secondsPerStep: (performance.now() - startMs) / 1000,
    };
    this.write((folder) => folder.writeMetrics(metrics));
    return metrics;
  }

  /**
   * Writes a checkpoint of the present step and then removes the oldest ones.
   *
   * @throws UserError where there is no space for it; those before it are unharmed
   */
  save(): void {
    this.write((folder) => {
      folder.flushMetrics();
      saveCheckpoint(this.state, checkpointPath(folder.path, this.state.step), this.facts);
      pruneCheckpoints(folder.path, this.config.training.keepCheckpoints);
    });
    this.savedStep = this.state.step;
  }

  /** Ends threads and files; the state stays usable until it is disposed. */
  async close(): Promise<void> {
    try {
      if (this.skipped.length > 0) this.folder?.writeJson('skipped.json', this.skipped);
    } finally {
      this.folder?.close();
      this.compiled.dispose();
      await this.source.close();
    }
  }

  private write(action: (folder: RunFolder) => void): void {
    if (this.folder === null) return;
    try {
      action(this.folder);
    } catch (error) {
      this.writeFailed = true;
      throw error;
    }
  }

  /** Waits for the batch of the next step, but no longer than to an interrupt. */
  private async readyForStep(watch: InterruptWatch): Promise<boolean> {
    if (!watch.requested) {
      this.startMs = performance.now();
      this.upcoming ??= this.source.next();
      // It may fail behind an interrupt, when nobody waits for it any more.
      this.upcoming.catch(() => undefined);
      await Promise.race([this.upcoming, watch.whenRequested]);
    }
    this.interrupted = watch.requested;
    return !this.interrupted;
  }

  private nextBatch(): Promise<ViewBatch> {
    const batch = this.upcoming ?? this.source.next();
    this.upcoming = null;
    return batch;
  }

  /** The step itself, on one batch or on the parts of one. */
  private async compute(schedule: StepSchedule): Promise<StepResult> {
    const engine = this.args.eager ? eagerEngine : this.compiled;
    if (this.config.training.accumulate === 1) {
      return this.withNextBatch((inputs) => trainStepAsync(this.state, inputs, schedule, engine));
    }
    const step = new AccumulatedStep(this.state, schedule, engine);
    try {
      for (;;) {
        const result = await this.withNextBatch((inputs) => step.addAsync(inputs));
        if (result !== null) return result;
      }
    } finally {
      step.dispose();
    }
  }

  private async withNextBatch<T>(use: (inputs: ModelInputs) => Promise<T>): Promise<T> {
    const inputs = modelInputs(this.config, await this.nextBatch());
    try {
      return await use(inputs);
    } finally {
      disposeInputs(inputs);
    }
  }
}

/**
 * Tensors of a batch or a part of one, and its masks: functions of the seed, the step and the place in the batch alone.
 */
export function modelInputs(config: XkdConfig, batch: ViewBatch): ModelInputs {
  const seeds = RandomStream.fromSeed(config.seed).split('mask');
  const mask = (modality: Modality) => {
    const clips = batch[modality][0].shape[0];
    const tokens = tokenCount(fullGrid(config, modality));
    const first = batch.part * clips;
    const all = drawNoise(seeds.split(modality, batch.step), first + clips, tokens);
    const noise = all.subarray(first * tokens);
    return maskTensors(maskFromNoise(noise, clips, config.mask[modality]));
  };
  const [video, audio] = modalities.map((modality) => batch[modality].map(toTensor));
  return { views: { video, audio }, masks: { video: mask('video'), audio: mask('audio') } };
}

function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}
