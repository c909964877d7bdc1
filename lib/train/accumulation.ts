import { stepStructure } from '../config';
import type { ModelInputs } from '../model';
import { leavesOf } from '../tensor/graph';
import { tf } from '../tensor/native';
import { scalarsOf } from '../tensor/scalars';
import type { Differentiated } from './differentiate';
import { type StepEngine, eagerEngine } from './engine';
import { lossHyperparameters } from './hyperparameters';
import type { StepSchedule } from './schedules';
import type { TrainState } from './state';
import type { MicroBatchInputs } from './microBatch';
import { type StepResult, disposeNumbers, finishStep, updateInputs } from './step';
import type { StepOutputs } from './stepFunction';

/**
 * A step whose clips go through in `training.accumulate` micro-batches, one at a time in memory ({@link addMicroBatch} tells
 * what that changes). The state changes with the last one only.
 */
export class AccumulatedStep {
  private sum: Differentiated | null = null;
  private taken = 0;

  constructor(
    private readonly state: TrainState,
    private readonly schedule: StepSchedule,
    private readonly engine: StepEngine = eagerEngine,
  ) {}

  /** Takes the next micro-batch in; the last one ends the step and gives its result. */
  add(model: ModelInputs): StepResult | null {
    tf.tidy(() => this.take(this.engine.addMicroBatch(this.microBatchInputs(model))));
    if (!this.isWhole) return null;
    const { state, schedule, engine } = this;
    return this.finish(() => engine.update(updateInputs(state, schedule), this.sum!));
  }

  /** {@link add} beside the event loop. */
  async addAsync(model: ModelInputs): Promise<StepResult | null> {
    const { state, schedule, engine } = this;
    const inputs = this.microBatchInputs(model);
    try {
      const collect = await engine.addMicroBatchAsync(inputs);
      tf.tidy(() => this.take(collect()));
    } finally {
      tf.dispose([inputs.numbers, inputs.count] as unknown as tf.TensorContainer);
    }
    if (!this.isWhole) return null;
    const update = updateInputs(state, schedule);
    try {
      return this.finish(await engine.updateAsync(update, this.sum!));
    } finally {
      disposeNumbers(update);
    }
  }

  /** Lets go of what the micro-batches so far gave. */
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
    return { structure, weights: tensors.weights, model, numbers, count, before: this.sum };
  }

  /** Puts a new sum in place of the one before. */
  private take(sum: Differentiated): void {
    const before = this.sum;
    this.sum = sum;
    leavesOf(sum).forEach((tensor) => tf.keep(tensor));
    leavesOf(before).forEach((tensor) => tensor.dispose());
    this.taken += 1;
  }

  private finish(compute: () => StepOutputs): StepResult {
    try {
      return finishStep(this.state, this.schedule, compute);
    } finally {
      this.dispose();
    }
  }
}
