import { stepStructure } from '../../config';
import type { ModelInputs } from '../../model';
import type { RankPlace } from '../../tensor/collectives';
import { leavesOf } from '../../tensor/graph';
import { tf } from '../../tensor/native';
import { scalarsOf } from '../../tensor/scalars';
import type { Differentiated } from './differentiate';
import { type Engine, eagerEngine } from '../engine/engine';
import { lossHyperparameters } from '../optimiser/hyperparameters';
import type { StepSchedule } from '../optimiser/schedules';
import type { TrainState } from '../state/state';
import { type MicroBatchInputs, microBatchAdded } from './microBatch';
import { type StepResult, disposeNumbers, finishStep, updateInputs } from './step';
import { accumulatedUpdate } from './stepFunction';

/**
 * A step whose clips are processed in `training.accumulate` micro-batches, with one at a time in memory
 * ({@link addMicroBatch} describes what that changes). The state changes only with the last micro-batch.
 */
export class AccumulatedStep {
  private sum: Differentiated | null = null;
  private taken = 0;

  constructor(
    private readonly state: TrainState,
    private readonly schedule: StepSchedule,
    private readonly engine: Engine = eagerEngine,
    private readonly ranks: RankPlace | null = null,
  ) {}

  /** Adds the next micro-batch. The last one completes the step and returns its result. */
  async add(model: ModelInputs): Promise<StepResult | null> {
    const { state, schedule, engine } = this;
    const inputs = this.microBatchInputs(model);
    try {
      const collect = await engine.run(microBatchAdded, inputs);
      tf.tidy(() => this.take(collect()));
    } finally {
      tf.dispose([inputs.numbers, inputs.count] as unknown as tf.TensorContainer);
    }
    if (!this.isWhole) return null;
    const update = updateInputs(state, schedule, this.ranks);
    try {
      const inputs = { inputs: update, sum: this.sum! };
      return finishStep(state, schedule, await engine.run(accumulatedUpdate, inputs));
    } finally {
      disposeNumbers(update);
      this.dispose();
    }
  }

  /** Disposes the sums of the micro-batches so far. */
  dispose(): void {
    leavesOf(this.sum).forEach((tensor) => tensor.dispose());
    this.sum = null;
  }

  private get isWhole(): boolean {
    return this.taken === this.state.config.training.accumulate;
  }

  private microBatchInputs(model: ModelInputs): MicroBatchInputs {
    const { config, tensors } = this.state;
    const numbers = scalarsOf(lossHyperparameters(config, this.schedule.temperatures));
    const count = tf.scalar(config.training.accumulate);
    const structure = stepStructure(config);
    return {
      structure,
      weights: tensors.weights,
      model,
      numbers,
      count,
      before: this.sum,
      ranks: this.ranks,
    };
  }

  /** Replaces the previous sum with a new one. */
  private take(sum: Differentiated): void {
    const before = this.sum;
    this.sum = sum;
    leavesOf(sum).forEach((tensor) => tf.keep(tensor));
    leavesOf(before).forEach((tensor) => tensor.dispose());
    this.taken += 1;
  }
}
