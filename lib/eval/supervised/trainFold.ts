import { batchesPerEpoch, type BadFile, type ClipPool, type Fold, type MediaEntry } from '../../data';
import { withBadClips } from '../../data/badFiles';
import { CompiledEngine } from '../../train/compiledEngine';
import { UntilEvent } from '../../train/untilEvent';
import { storedFeatures, type StoredFeatures } from '../store';
import { Stopped, throwIfStopped, type ProtocolArgs } from '../protocols/protocol';
import type { Metrics } from '../results';
import { augmentedClips, openFeatureClips, type ClipSource } from './clipSource';
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
    training = new FoldTraining(fold);
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

class FoldTraining {
  private readonly engine = new CompiledEngine();
  private readonly state: ClassifierState;
  private readonly skipped = new Map<string, BadFile>();
  private readonly train: readonly MediaEntry[];
  private readonly test: readonly MediaEntry[];
  private source: ClipSource | null = null;
  private testFeatures: StoredFeatures | null = null;
  private savedStep: number;
  private savedMs = performance.now();
  private saveMs = 0;
  private readonly untilStopped: UntilEvent;

  constructor(private readonly fold: FoldArgs) {
    const { args, setup, run, report } = fold;
    const pick = (places: readonly number[]) => places.map((place) => args.dataset.entries[place]);
    this.train = pick(fold.fold.train);
    this.test = pick(fold.fold.test);
    this.state = run.read(setup, report) ?? ClassifierState.create(setup);
    this.savedStep = this.state.step;
    this.untilStopped = new UntilEvent(
      new Promise<void>((resolve) => args.signal?.addEventListener('abort', () => resolve(), { once: true })),
    );
  }

  async run(): Promise<FinishedFold> {
    const { args, fold, run, settings } = this.fold;
    run.openMetrics(this.state.step);
    const length = await this.openSource();
    await this.trainTo(length);
    this.save();
    const metrics = await this.testMetrics(`fold ${fold.name}: test`);
    for (const bad of this.source!.skipped) this.skipped.set(bad.path, bad);
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
        details: { training: run.path, steps: length.steps, epochs: settings.epochs },
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
    await this.source?.close();
  }

  private async openSource(): Promise<TrainingLength> {
    const { setup, settings } = this.fold;
    const startStep = this.state.step;
    if (settings.features === 'once') {
      const stored = this.stored(this.train, `fold ${this.fold.fold.name}: training features`);
      const source = await openFeatureClips(stored, settings as LinearSettings, setup.seed, startStep);
      this.source = source;
      return this.lengthOf(source.files);
    }
    const length = this.lengthOf(this.train.length);
    this.source = augmentedClips({
      setup,
      settings,
      entries: this.train,
      startStep,
      skipped: this.state.skipped,
      steps: length.steps,
      pool: this.fold.pool,
    });
    return length;
  }

  private lengthOf(clips: number): TrainingLength {
    const { batch, epochs } = this.fold.settings;
    const stepsPerEpoch = batchesPerEpoch(clips, batch);
    return { stepsPerEpoch, steps: epochs * stepsPerEpoch };
  }

  private async trainTo(length: TrainingLength): Promise<void> {
    const { args, setup, settings, fold } = this.fold;
    const { classes, multiLabel } = args.dataset;
    const step = { setup, settings, length, list: { classes, multiLabel } };
    const label = `fold ${fold.name}: training`;
    let startMs = performance.now();
    while (this.state.step < length.steps) {
      const clips = await this.nextClips();
      this.state.skipped = withBadClips(this.state.skipped, clips.skipped ?? []);
      const loss = await takeStep(step, this.state, this.engine, clips);
      const { epoch } = this.state;
      this.state.epoch = { loss: epoch.loss + loss, steps: epoch.steps + 1 };
      const figures = { loss: loss.toFixed(3) };
      args.onProgress?.({ label, done: this.state.step, total: length.steps, unit: 'steps', figures });
      if (this.state.step % length.stepsPerEpoch === 0) {
        await this.endEpoch(length, (performance.now() - startMs) / 1000);
        startMs = performance.now();
      }
      if (this.isTimeToSave()) this.save();
    }
  }

  private async endEpoch(length: TrainingLength, seconds: number): Promise<void> {
    const { run, settings } = this.fold;
    const { step, epoch } = this.state;
    const number = step / length.stepsPerEpoch;
    const isTested = settings.testEpochs > 0 && number % settings.testEpochs === 0 && step < length.steps;
    const nothing: Metrics = this.fold.args.dataset.multiLabel ? { map: NaN } : { top1: NaN, top5: NaN };
    const tested = isTested
      ? await this.testMetrics(`fold ${this.fold.fold.name}: test after epoch ${number}`)
      : nothing;
    run.write({
      step,
      epoch: number,
      loss: epoch.loss / epoch.steps,
      learningRate: learningRateAt(settings, step - 1, length),
      seconds,
      ...(settings.testEpochs > 0 && tested),
    });
    this.state.epoch = { loss: 0, steps: 0 };
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
      ...this.stored(this.test, label),
      plan: { kind: 'spread', clips, crops },
    });
    const { entries, rows, skipped } = this.testFeatures;
    for (const bad of skipped) this.skipped.set(bad.path, bad);
    return scoreFeatures({ setup, settings, state: this.state }, entries, rows[setup.plan.tower.modality]!);
  }

  private stored(entries: readonly MediaEntry[], label: string) {
    const { args, setup, report, pool } = this.fold;
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

  /** The clips of the next step, unless a stop is requested while waiting for them. */
  private async nextClips(): ReturnType<ClipSource['next']> {
    // Lets signals be handled between steps.
    await new Promise((resolve) => setImmediate(resolve));
    const { signal } = this.fold.args;
    if (!signal?.aborted) {
      const next = this.source!.next();
      // It may fail when nothing waits for it any more.
      next.catch(() => undefined);
      await this.untilStopped.wait(next);
      if (!signal?.aborted) return next;
    }
    this.save();
    throw new Stopped();
  }

  private isTimeToSave(): boolean {
    const { saveSeconds = Math.max(10, (20 * this.saveMs) / 1000) } = this.fold;
    return performance.now() - this.savedMs >= 1000 * saveSeconds;
  }

  private save(): void {
    if (this.savedStep === this.state.step) return;
    const startMs = performance.now();
    this.fold.run.save(this.state);
    this.savedStep = this.state.step;
    this.savedMs = performance.now();
    this.saveMs = this.savedMs - startMs;
  }
}
