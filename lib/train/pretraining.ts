import type { NamedOverrides, XkdConfig } from '../config';
import { badFilesOf } from '../data/lists/badFiles';
import type { BadFile, ViewBatch } from '../data/types';
import { showValue, type Shown, type ValueTable } from '../shown';
import type { BatchSource } from './batches';
import { ChangeLog, type ConfigChange, readChangesOf } from './runs/changeLog';
import { saveCheckpoint } from './state/checkpoint';
import { checkpointPath, listCheckpoints, pruneCheckpoints } from './state/checkpointFolder';
import type { RunFacts } from './state/checkpointMetadata';
import { fingerprintClips } from './runs/clipsFingerprint';
import { HealthWatch } from './health/watch';
import { watchInterrupt } from './interrupt';
import { RunRanks, type StopVote } from './ranks/runRanks';
import { shareState } from './ranks/shareState';
import { RunControl } from './runs/runControl';
import type { PretrainingArgs } from './pretrainingArgs';
import { resumeState } from './runs/resume';
import { type RunMirror, openMirror } from './runs/runMirror';
import { RunFolder, type StepMetrics, changesPath } from './runs/runFolder';
import { runTable } from './runs/runTable';
import { type RunLength, cutSchedules, runLength, scheduleAt } from './optimiser/schedules';
import { TrainState, seededState } from './state/state';
import { StepTaker } from './step/stepTaker';
import { Trainer } from './trainer';

/**
 * A pretraining run. It is iterated step by step, so that a notebook can draw in between:
 *
 *     const run = await openPretraining({ ... });
 *     for await (const metrics of run) draw(metrics);
 *
 * The loop ends after the last step. It also ends after the current step, with a checkpoint, on Ctrl-C, JupyterLab's
 * interrupt or `run.control.stop()`. All state is in `run.state`; iterating again continues the run.
 *
 * A run interrupted at any point, even within an epoch, resumes bit for bit: every random draw is a function of the seed,
 * the step and the position in the batch, and the batch is a function of the step and the data set.
 */
export class PretrainingRun
  extends Trainer<TrainState, ViewBatch, StepMetrics>
  implements AsyncIterable<StepMetrics>, Shown
{
  /** True if the last loop found a problem that makes continuing futile; see {@link health}. */
  failed = false;
  private readonly steps: StepTaker;
  private readonly mirror: RunMirror | null;
  /** Number of the step in progress. */
  private underWay: number | null = null;
  private readonly observers = new Set<() => void>();
  /** Pauses, single-steps or stops the loop from outside it. */
  readonly control = new RunControl(() => this.tell());
  /** True while a loop over the steps is running. */
  looping = false;
  private skippedBefore = 0; // Number of unusable files already reported.
  /** Figures of the newest step; null before the first. */
  latest: StepMetrics | null = null;

  private constructor(
    state: TrainState,
    private readonly facts: RunFacts,
    private readonly args: PretrainingArgs,
    private readonly folder: RunFolder | null,
    private readonly source: BatchSource,
    private log: ChangeLog,
    /** Assessment of the figures. */
    readonly health: HealthWatch,
    private readonly ranks: RunRanks | null,
  ) {
    super(state, source);
    this.skippedBefore = this.skipped.length;
    this.mirror = openMirror(args, folder);
    this.steps = new StepTaker(state, this.batches, args.eager === true, ranks);
  }

  /** Path of the run's folder; null for a run that writes nothing. */
  get out(): string | null {
    return this.folder?.path ?? null;
  }

  static async open(args: PretrainingArgs): Promise<PretrainingRun> {
    const { config, entries, world } = args;
    // Only rank 0 reads and writes the run's folder.
    const isFirst = world?.isFirst ?? true;
    const [out, resume] = [isFirst ? args.out : null, isFirst && args.resume === true];
    const said: string[] = [];
    const report = (sentence: string) => {
      said.push(sentence);
      (args.report ?? console.warn)(sentence);
    };
    const facts = { length: runLength(config, entries.length), clips: fingerprintClips(entries) };
    const ranks = world ? new RunRanks(world, report) : null;
    await ranks?.requireSame(config, facts, args.resume === true);
    const folder = out === null ? null : await RunFolder.open(out, resume, report);
    let state: TrainState | null = null;
    try {
      const stored = args.resume && args.out !== null ? readChangesOf(changesPath(args.out)) : null;
      const log = new ChangeLog(config, stored ?? args.changes);
      await ranks?.requireSameChanges(log.changes);
      const { initial = async () => seededState(config) } = args;
      state =
        resume && out !== null
          ? await resumeState({ out, config, run: facts, log, initial, report })
          : await (isFirst ? initial() : TrainState.create(config));
      if (world) await shareState(world, state);
      state.config = log.configAt(state.step);
      // Weights that were passed in cannot be derived from a seed. Without this checkpoint, a run interrupted before its
      // first one could not be resumed.
      if (args.initial !== undefined && out !== null && listCheckpoints(out).length === 0) {
        saveCheckpoint(state, checkpointPath(out, state.step), facts, log);
      }
      folder?.describe(config, args.data, facts);
      folder?.writeChanges(log.changes);
      const before = folder?.openMetrics(state.step) ?? [];
      for (const sentence of said) folder?.warn(state.step, sentence);
      const clips = isFirst ? ((await args.probeClips?.()) ?? null) : null;
      const health = new HealthWatch({ config, length: facts.length, clips, every: args.probeSteps, before });
      const source = await args.openSource(state.step, facts.length.steps, state.skipped);
      return new PretrainingRun(state, facts, args, folder, source, log, health, ranks);
    } catch (error) {
      folder?.close();
      state?.dispose();
      throw error;
    }
  }

  get length(): RunLength {
    return this.facts.length;
  }

  /** The configuration of the next step. */
  get config(): XkdConfig {
    return this.log.configAt(this.nextStep);
  }

  /** Past changes of the run, and those still to be replayed. */
  get changes(): readonly ConfigChange[] {
    return this.log.changes;
  }

  /** Unusual facts about the run, in sentences. */
  get notes(): readonly string[] {
    return cutSchedules(this.config, this.length);
  }

  /** Files that were unusable and replaced by others in the steps so far. */
  get skipped(): readonly BadFile[] {
    return badFilesOf(this.state.skipped, this.args.entries);
  }

  [showValue](): ValueTable {
    return runTable(this, this.args);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StepMetrics> {
    const { interrupt } = this.args;
    const watch = interrupt ?? watchInterrupt();
    this.failed = false;
    this.looping = true;
    this.tell();
    try {
      for await (const metrics of this.loop(watch, this.control)) {
        yield metrics;
        const judges = this.ranks?.world.isFirst ?? true; // It alone probes.
        if (judges && this.failed && this.args.stopWhenFailing) this.control.stop();
      }
    } finally {
      if (watch !== interrupt) watch.stop();
      this.looping = false;
      this.control.reset();
      this.tell();
    }
  }

  /**
   * Calls the observer when a step was taken, hyperparameters changed, or the loop began, paused, resumed or ended.
   *
   * @returns a function that ends the calls
   */
  observe(observer: () => void): () => void {
    this.observers.add(observer);
    return () => this.observers.delete(observer);
  }

  /**
   * Changes hyperparameters or switches of the method from the next step on, even while a step is in progress. Changes are
   * recorded in the run folder's `changes.json`, so that the run can be resumed and replayed.
   *
   * @param values new values by dotted key; {@link isLiveKey} tells which keys are allowed
   * @returns the first step that uses them
   * @throws UserError if a key or a value is not allowed, or the folder cannot be written to; nothing changes then
   */
  change(values: NamedOverrides): number {
    this.ranks?.refuseChange();
    const step = this.nextStep;
    const log = this.log.with({ step, values });
    if (log !== this.log) this.folder?.writeChanges(log.changes);
    this.log = log;
    this.tell();
    return step;
  }

  /** Records a problem in the run folder, for `xkd watch` and `xkd runs`. */
  warn(sentence: string): void {
    this.write(() => this.folder?.warn(this.state.step, sentence));
  }

  async step(): Promise<StepMetrics> {
    this.underWay = this.state.step;
    try {
      return await this.takeStep(this.underWay);
    } finally {
      this.underWay = null;
    }
  }

  private async takeStep(step: number): Promise<StepMetrics> {
    const startMs = this.batches.sinceMs;
    const { state } = this;
    state.config = this.log.advance(state.config, step);
    const schedule = scheduleAt(state.config, step, this.length);
    const { losses, clipped, clippedShare } = await this.steps.take(schedule);
    const secondsPerStep = (performance.now() - startMs) / 1000;
    const probed = await this.health.measure(step, (clips) => this.steps.probe(clips, schedule));
    const metrics: StepMetrics = {
      step,
      epoch: Math.floor(step / this.length.stepsPerEpoch),
      ...losses,
      learningRate: schedule.learningRate,
      emaMomentum: schedule.emaMomentum,
      clipped,
      secondsPerStep,
      clippedShare,
      ...probed,
    };
    this.write(() => this.folder?.writeMetrics(metrics));
    this.warnOf(metrics);
    this.latest = metrics;
    this.tell();
    return metrics;
  }

  /** Warns of problems found in a step. */
  private warnOf(metrics: StepMetrics): void {
    const { skipped } = this;
    for (const { path, reason } of skipped.slice(this.skippedBefore))
      this.warn(`${path} was left out: it ${reason}.`);
    this.skippedBefore = skipped.length;
    const say = (sentence: string, place = ''): void => {
      this.warn(sentence);
      (this.args.report ?? console.warn)(place + sentence);
    };
    for (const sentence of this.batches.newNotes()) say(sentence);
    for (const { sentence, grave } of this.health.judge(metrics)) {
      say(sentence, `step ${metrics.step}: `);
      this.failed ||= grave;
    }
  }

  /** Closes threads and files. The state stays usable until it is disposed. */
  async close(): Promise<void> {
    try {
      if (this.skipped.length > 0) this.folder?.writeJson('skipped.json', this.skipped);
    } finally {
      this.folder?.close();
      this.mirror?.update();
      this.steps.dispose();
      await Promise.all([this.source.close(), this.mirror?.settled()]);
    }
  }

  /** The first step that a change applies to. A step in progress keeps its configuration. */
  private get nextStep(): number {
    return this.underWay === null ? this.state.step : this.underWay + 1;
  }

  protected override vote(own: StopVote): Promise<StopVote> {
    return this.ranks?.vote(own) ?? super.vote(own);
  }

  protected get totalSteps(): number {
    return this.length.steps;
  }

  protected isTimeToSave(): boolean {
    return this.state.step % this.args.config.training.checkpointSteps === 0;
  }

  /** Writes a checkpoint and then removes the oldest ones. */
  protected writeCheckpoint(): void {
    const { folder, state } = this;
    if (folder === null) return;
    folder.flushMetrics();
    saveCheckpoint(state, checkpointPath(folder.path, state.step), this.facts, this.log);
    pruneCheckpoints(folder.path, this.args.config.training.keepCheckpoints);
    this.mirror?.update();
  }

  private tell(): void {
    this.observers.forEach((observer) => observer());
  }
}
