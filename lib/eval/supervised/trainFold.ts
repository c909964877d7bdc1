import { batchesPerEpoch, type BadFile, type ClipPool, type Fold, type MediaEntry } from '../../data';
import { withBadClips } from '../../data/lists/badFiles';
import { CompiledEngine } from '../../train/engine/compiledEngine';
import { Trainer } from '../../train/trainer';
import { storedFeatures, type StoredFeatures } from '../store';
import { Stopped, stopRequestOf, throwIfStopped, type ProtocolArgs } from '../protocols/protocol';
import type { Metrics } from '../results';
import { augmentedClips, openFeatureClips, type ClipBatch, type ClipSource } from './clipSource';
import { metricsOf, type FileScores } from '../protocols/fileMetrics';
import { identityOfFiles } from './fileIdentity';
import { scoreClips, scoreFeatures } from './fileScores';
import type { FinishedFold, RunStore, TestIdentity } from './runStore';
import type { LinearSettings } from './settings';
import { ClassifierState, type ClassifierSetup } from './state';
import { learningRateAt, takeStep, type StepSettings, type TrainingLength } from './step';

export interface FoldArgs {
  readonly args: ProtocolArgs;
  readonly setup: ClassifierSetup;
  readonly settings: StepSettings & Partial<Pick<LinearSettings, 'features' | 'trainClips'>>;
  readonly fold: Fold;
  readonly run: RunStore;
  readonly pool: ClipPool;
  /** Closes the pool if it is not shared. */
  readonly closePool: () => Promise<void>;
  /** Minimum training time between two checkpoints [s]; default: 10, or 20 times the time to write one if longer. */
  readonly saveSeconds?: number;
  readonly report: (sentence: string) => void;
}

/**
 * Trains a classifier on the clips of a fold and tests it. An interrupted training continues bit for bit, because every
 * draw is a function of the seed and the step.
 *
 * @throws Stopped if a stop was requested; the state is saved first
 */
export async function trainFold(fold: FoldArgs): Promise<FinishedFold> {
  const finished = fold.run.finished(testIdentity(fold));
  if (finished !== null) return finished;
  let training: FoldTraining | null = null;
  try {
    await fold.run.hold(fold.report);
    training = await FoldTraining.open(fold);
    return await training.run();
  } catch (error) {
    // Clips still being decoded are no longer needed.
    await fold.closePool();
    throw error;
  } finally {
    fold.run.close();
    await training?.close();
  }
}

function testIdentity({ args, fold, settings: { testClips, testCrops } }: FoldArgs): TestIdentity {
  return { testClips, testCrops, testFiles: identityOfFiles(args.dataset, fold.test) };
}

class FoldTraining extends Trainer<ClassifierState, ClipBatch, number> {
  private readonly engine = new CompiledEngine();
  private readonly skipped = new Map<string, BadFile>();
  private testFeatures: StoredFeatures | null = null;
  private epochStartMs = performance.now();
  private savedMs = performance.now();
  private saveMs = 0;

  private constructor(
    private readonly fold: FoldArgs,
    state: ClassifierState,
    private readonly train: readonly MediaEntry[],
    private readonly test: readonly MediaEntry[],
    private readonly source: ClipSource,
    private readonly length: TrainingLength,
  ) {
    super(state, source);
  }

  /** Starts a training, or continues an unfinished one. */
  static async open(fold: FoldArgs): Promise<FoldTraining> {
    const { args, setup, run, report } = fold;
    const pick = (places: readonly number[]) => places.map((place) => args.dataset.entries[place]);
    const train = pick(fold.fold.train);
    const state = run.read(setup, report) ?? ClassifierState.create(setup);
    try {
      run.openMetrics(state.step);
      const { source, length } = await openSource(fold, state, train);
      return new FoldTraining(fold, state, train, pick(fold.fold.test), source, length);
    } catch (error) {
      state.dispose();
      throw error;
    }
  }

  async run(): Promise<FinishedFold> {
    const { args, fold, run, settings } = this.fold;
    await this.takeSteps();
    const metrics = await this.testMetrics(`fold ${fold.name}: test`);
    for (const bad of this.source.skipped) this.skipped.set(bad.path, bad);
    const partly = new Set<string>();
    for (const bad of this.state.skipped) {
      const { path } = this.train[bad.clip];
      this.skipped.set(path, { path, reason: bad.reason });
      if (bad.partly) partly.add(path);
    }
    const result: FinishedFold = {
      fold: {
        name: fold.name,
        trainClips: this.train.filter(({ path }) => !this.skipped.has(path) || partly.has(path)).length,
        testClips: this.test.filter(({ path }) => !this.skipped.has(path)).length,
        metrics,
        details: { training: run.path, steps: this.length.steps, epochs: settings.epochs },
      },
      skipped: [...this.skipped.values()],
    };
    throwIfStopped(args.signal);
    run.finish(result, testIdentity(this.fold));
    return result;
  }

  async close(): Promise<void> {
    this.engine.dispose();
    this.state.dispose();
    await this.source.close();
  }

  async step(): Promise<number> {
    const { state, length } = this;
    const { args, setup, settings, fold } = this.fold;
    const { classes, multiLabel } = args.dataset;
    const clips = await this.batches.next();
    state.skipped = withBadClips(state.skipped, clips.skipped ?? []);
    const step = { setup, settings, length, list: { classes, multiLabel } };
    const loss = await takeStep(step, state, this.engine, clips);
    state.epoch = { loss: state.epoch.loss + loss, steps: state.epoch.steps + 1 };
    args.onProgress?.({
      label: `fold ${fold.name}: training`,
      done: state.step,
      total: length.steps,
      unit: 'steps',
      figures: { loss: loss.toFixed(3) },
    });
    if (state.step % length.stepsPerEpoch === 0) await this.endEpoch();
    return loss;
  }

  protected get totalSteps(): number {
    return this.length.steps;
  }

  protected isTimeToSave(): boolean {
    const { saveSeconds = Math.max(10, (20 * this.saveMs) / 1000) } = this.fold;
    return performance.now() - this.savedMs >= 1000 * saveSeconds;
  }

  protected writeCheckpoint(): void {
    const startMs = performance.now();
    this.fold.run.save(this.state);
    this.savedMs = performance.now();
    this.saveMs = this.savedMs - startMs;
  }

  /** @throws Stopped if a stop was requested */
  private async takeSteps(): Promise<void> {
    this.epochStartMs = performance.now();
    const steps = this.loop(stopRequestOf(this.fold.args.signal));
    while (!(await steps.next()).done) continue;
    if (this.interrupted) throw new Stopped();
  }

  private async endEpoch(): Promise<void> {
    const { length } = this;
    const { run, settings } = this.fold;
    const seconds = (performance.now() - this.epochStartMs) / 1000;
    const { step, epoch } = this.state;
    const number = step / length.stepsPerEpoch;
    const isTested = settings.testEpochs > 0 && number % settings.testEpochs === 0 && step < length.steps;
    const nothing: Metrics = this.fold.args.dataset.multiLabel ? { map: NaN } : { top1: NaN, top5: NaN };
    const tested = isTested
      ? await this.testMetrics(`fold ${this.fold.fold.name}: test after epoch ${number}`)
      : nothing;
    const row = {
      step,
      epoch: number,
      loss: epoch.loss / epoch.steps,
      learningRate: learningRateAt(settings, step - 1, length),
      seconds,
      ...(settings.testEpochs > 0 && tested),
    };
    this.write(() => run.write(row));
    this.state.epoch = { loss: 0, steps: 0 };
    this.epochStartMs = performance.now();
  }

  private async testMetrics(label: string): Promise<Metrics> {
    const { args, setup } = this.fold;
    const scores = setup.finetunes ? await this.scoreClips(label) : await this.scoreFeatures(label);
    return metricsOf(scores, args.dataset);
  }

  private scoreClips(label: string): Promise<FileScores> {
    const { args, setup, settings, pool } = this.fold;
    const { state, engine, test } = this;
    const onSkip = (bad: BadFile) => this.skipped.set(bad.path, bad);
    const { onProgress, signal } = args;
    return scoreClips({
      setup,
      settings,
      state,
      engine,
      pool,
      entries: test,
      label,
      onProgress,
      onSkip,
      signal,
    });
  }

  /** Test features of a frozen backbone are the same in every epoch. */
  private async scoreFeatures(label: string): Promise<FileScores> {
    const { setup, settings } = this.fold;
    const { testClips: clips, testCrops: crops } = settings;
    this.testFeatures ??= await storedFeatures({
      ...storedArgs(this.fold, this.test, label),
      plan: { kind: 'spread', clips, crops },
    });
    const { entries, rows, skipped } = this.testFeatures;
    for (const bad of skipped) this.skipped.set(bad.path, bad);
    return scoreFeatures({ setup, settings, state: this.state }, entries, rows[setup.plan.tower.modality]!);
  }
}

/** Opens the training clips from the state's step on. */
async function openSource(
  fold: FoldArgs,
  { step: startStep, skipped }: ClassifierState,
  entries: readonly MediaEntry[],
): Promise<{ source: ClipSource; length: TrainingLength }> {
  const { setup, settings, pool } = fold;
  const lengthOf = (clips: number): TrainingLength => {
    const stepsPerEpoch = batchesPerEpoch(clips, settings.batch);
    return { stepsPerEpoch, steps: settings.epochs * stepsPerEpoch };
  };
  if (settings.features === 'once') {
    const stored = storedArgs(fold, entries, `fold ${fold.fold.name}: training features`);
    const source = await openFeatureClips(stored, settings as LinearSettings, setup.seed, startStep);
    return { source, length: lengthOf(source.files) };
  }
  const length = lengthOf(entries.length);
  const { steps } = length;
  return { source: augmentedClips({ setup, settings, entries, startStep, skipped, steps, pool }), length };
}

function storedArgs({ args, setup, report, pool }: FoldArgs, entries: readonly MediaEntry[], label: string) {
  const { network, tower, dataset, store, onProgress, signal } = args;
  const { modality } = setup.plan.tower;
  const { root } = dataset;
  return {
    network,
    tower,
    modalities: [modality],
    entries,
    root,
    store,
    label,
    pool,
    onProgress,
    signal,
    report,
  };
}
