import { withBadClips } from '../../data/lists/badFiles';
import { shufflePairs } from '../../data/loader/shufflePairs';
import type { ViewBatch } from '../../data/types';
import { type ModelInputs, disposeInputs } from '../../model';
import { AccumulatedStep } from './accumulation';
import type { BatchQueue } from '../batches';
import { CompiledEngine } from '../engine/compiledEngine';
import { type Engine, eagerEngine } from '../engine/engine';
import { type ProbeClips, takeProbe } from '../health/probe';
import type { ProbeFigures } from '../health/figures';
import type { RunRanks } from '../ranks/runRanks';
import { modelInputs } from './modelInputs';
import type { StepSchedule } from '../optimiser/schedules';
import type { TrainState } from '../state/state';
import { NonFiniteLoss, type StepResult, trainStep } from './step';

/** Takes the steps of a run, each on a batch or on micro-batches. */
export class StepTaker {
  private readonly compiled = new CompiledEngine();
  private readonly engine: Engine;

  constructor(
    private readonly state: TrainState,
    private readonly batches: BatchQueue,
    eager: boolean,
    private readonly ranks: RunRanks | null = null,
  ) {
    this.engine = eager ? eagerEngine : this.compiled;
  }

  async take(schedule: StepSchedule): Promise<StepResult> {
    try {
      return await this.takeStep(schedule);
    } catch (error) {
      const { ranks } = this;
      throw error instanceof NonFiniteLoss && ranks !== null
        ? error.naming((rank) => ranks.world.nameOf(rank))
        : error;
    }
  }

  private async takeStep(schedule: StepSchedule): Promise<StepResult> {
    const { state, engine } = this;
    const place = this.ranks?.placeFor(state.config) ?? null;
    if (state.config.training.accumulate === 1) {
      return this.withNextBatch((inputs) => trainStep(state, inputs, schedule, engine, place));
    }
    const step = new AccumulatedStep(state, schedule, engine, place);
    try {
      for (;;) {
        const result = await this.withNextBatch((inputs) => step.add(inputs));
        if (result !== null) return result;
      }
    } finally {
      step.dispose();
    }
  }

  /** Measures the network's outputs for some clips. */
  probe(clips: ProbeClips, schedule: StepSchedule): Promise<ProbeFigures> {
    return takeProbe(this.state, clips, schedule, this.engine);
  }

  /** Frees the native graphs and moves the state out of them. */
  dispose(): void {
    this.compiled.dispose();
  }

  private async withNextBatch<T>(use: (inputs: ModelInputs) => Promise<T>): Promise<T> {
    const { config } = this.state;
    const batch = await this.batches.next();
    await this.noteSkipped(batch);
    const inputs = modelInputs(config, config.pairs === 'own' ? batch : await this.shuffled(batch));
    try {
      return await use(inputs);
    } finally {
      disposeInputs(inputs);
      this.batches.recycle(batch);
    }
  }

  private async noteSkipped({ skipped = [] }: ViewBatch): Promise<void> {
    const { state, ranks } = this;
    state.skipped =
      ranks === null
        ? withBadClips(state.skipped, skipped)
        : await ranks.withSkipped(state.skipped, skipped, ranks.world.isFirst ? [] : this.batches.newNotes());
  }

  private async shuffled(batch: ViewBatch): Promise<ViewBatch> {
    return shufflePairs(batch, this.state.config.seed, await this.ranks?.soundsOf(batch));
  }
}
