import type { NamedOverrides, XkdConfig } from '../config';
import { badFilesOf } from '../data/badFiles';
import type { BadFile } from '../data/types';
import { showValue, type Shown, type ValueTable } from '../shown';
import { BatchQueue, type BatchSource } from './batches';
import { ChangeLog, type ConfigChange, readChangesOf } from './changeLog';
import { saveCheckpoint } from './checkpoint';
import { checkpointPath, listCheckpoints, pruneCheckpoints } from './checkpointFolder';
import type { RunFacts } from './checkpointMetadata';
import { fingerprintClips } from './clipsFingerprint';
import { HealthWatch } from './health/watch';
import { type InterruptWatch, watchInterrupt } from './interrupt';
import { RunControl } from './runControl';
import type { PretrainingArgs } from './pretrainingArgs';
import { resumeState } from './resume';
import { RunFolder, type StepMetrics, changesPath } from './runFolder';
import { runTable } from './runTable';
import { type RunLength, cutSchedules, runLength, scheduleAt } from './schedules';
import { type TrainState, seededState } from './state';
import { StepTaker } from './stepTaker';
import { UntilEvent } from './untilEvent';

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
export class PretrainingRun implements AsyncIterable<StepMetrics>, Shown {
  /** True if the last loop was ended by an interrupt. */
  interrupted = false;
  /** True if the last loop found a problem that makes continuing futile; see {@link health}. */
  failed = false;
  /** Step of the newest checkpoint, or of the start. */
  private savedStep: number;
  /** Set after a failed write, to prevent further ones: the disk may be full. */
  private writeFailed = false;
  private readonly batches: BatchQueue;
  private readonly steps: StepTaker;
  /** Number of the step in progress. */
  private underWay: number | null = null;
  private readonly observers = new Set<() => void>();
  /** Pauses, single-steps or stops the loop from outside it. */
  readonly control = new RunControl(() => this.tell());
  /** True while a loop over the steps is running. */
  looping = false;
  /** Number of unusable files already reported to {@link warn}. */
  private skippedBefore = 0;
  /** Figures of the newest step; null before the first. */
  latest: StepMetrics | null = null;

  private constructor(
    readonly state: TrainState,
    private readonly facts: RunFacts,
    private readonly args: PretrainingArgs,
    private readonly folder: RunFolder | null,
    private readonly source: BatchSource,
    private log: ChangeLog,
    /** Assessment of the figures. */
    readonly health: HealthWatch,
  ) {
    this.savedStep = state.step;
    this.skippedBefore = this.skipped.length;
    this.batches = new BatchQueue(source);
    this.steps = new StepTaker(state, this.batches, args.eager === true);
  }

  static async open(args: PretrainingArgs): Promise<PretrainingRun> {
    const { config, entries, out, resume = false } = args;
    const said: string[] = [];
    const report = (sentence: string) => {
      said.push(sentence);
      (args.report ?? console.warn)(sentence);
    };
    const facts = { length: runLength(config, entries.length), clips: fingerprintClips(entries) };
    const folder = out === null ? null : await RunFolder.open(out, resume, report);
    let state: TrainState | null = null;
    try {
      const stored = folder !== null && resume ? readChangesOf(changesPath(folder.path)) : null;
      const log = new ChangeLog(config, stored ?? args.changes);
      const { initial = async () => seededState(config) } = args;
      state =
        resume && out !== null
          ? await resumeState({ out, config, run: facts, log, initial, report })
          : await initial();
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
      const clips = (await args.probeClips?.()) ?? null;
      const { length } = facts;
      const health = new HealthWatch({ config, length, clips, every: args.probeSteps, before });
      const source = await args.openSource(state.step, length.steps, state.skipped);
      return new PretrainingRun(state, facts, args, folder, source, log, health);
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
    const requested = new UntilEvent(watch.whenRequested);
    this.interrupted = this.writeFailed = this.failed = false;
    this.looping = true;
    this.tell();
    try {
      while (this.state.step < this.length.steps && (await this.readyForStep(watch, requested))) {
        const metrics = await this.step();
        if (this.state.step % this.args.config.training.checkpointSteps === 0) this.save();
        yield metrics;
        if (this.failed && this.args.stopWhenFailing) break;
        // A step taken op by op blocks the event loop, so messages, signals and displays are handled here.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      if (this.interrupted) await watch.whenInsistingEnds;
      if (watch !== interrupt) watch.stop();
      this.looping = false;
      this.control.reset();
      try {
        if (this.savedStep !== this.state.step && !this.writeFailed) this.save();
      } finally {
        this.tell();
      }
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
    const step = this.nextStep;
    const log = this.log.with({ step, values });
    if (log !== this.log) this.folder?.writeChanges(log.changes);
    this.log = log;
    this.tell();
    return step;
  }

  /** Records a problem in the run folder, for `xkd watch` and `xkd runs`. */
  warn(sentence: string): void {
    this.write((folder) => folder.warn(this.state.step, sentence));
  }

  /** Takes a step and records it. */
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
    this.write((folder) => folder.writeMetrics(metrics));
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

  /**
   * Writes a checkpoint of the current step and then removes the oldest ones.
   *
   * @throws UserError if there is no space for it; previous checkpoints are unharmed
   */
  save(): void {
    this.write((folder) => {
      folder.flushMetrics();
      saveCheckpoint(this.state, checkpointPath(folder.path, this.state.step), this.facts, this.log);
      pruneCheckpoints(folder.path, this.args.config.training.keepCheckpoints);
    });
    this.savedStep = this.state.step;
  }

  /** Closes threads and files. The state stays usable until it is disposed. */
  async close(): Promise<void> {
    try {
      if (this.skipped.length > 0) this.folder?.writeJson('skipped.json', this.skipped);
    } finally {
      this.folder?.close();
      this.steps.dispose();
      await this.source.close();
    }
  }

  /** The first step that a change applies to. A step in progress keeps its configuration. */
  private get nextStep(): number {
    return this.underWay === null ? this.state.step : this.underWay + 1;
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

  /** Waits until the next step may be taken and its batch is ready, or until an interrupt. */
  private async readyForStep(watch: InterruptWatch, requested: UntilEvent): Promise<boolean> {
    const goesOn = await this.control.allows(watch);
    if (goesOn && !watch.requested) await this.batches.wait(requested);
    this.interrupted = watch.requested;
    return goesOn && !this.interrupted && !this.control.stopping;
  }

  private tell(): void {
    this.observers.forEach((observer) => observer());
  }
}
