import type { ModelInputs } from '../model';
import { flattenTree } from '../tensor/graph';
import { tf } from '../tensor/native';
import type { Differentiated } from './differentiate';
import { type StepEngine, eagerEngine } from './engine';
import type { StepSchedule } from './schedules';
import type { TrainState } from './state';
import { type StepResult, finishStep, scalars, updateInputs } from './step';

/**
 * A step whose clips go through in `training.accumulate` parts, one at a time in memory ({@link addPart} tells what
 * that changes). The state changes with the last part only.
 */
export class AccumulatedStep {
  private sum: Differentiated | null = null;
  private parts = 0;

  constructor(
    private readonly state: TrainState,
    private readonly schedule: StepSchedule,
    private readonly engine: StepEngine = eagerEngine,
  ) {}

  /** Takes the next part in; the last one ends the step and gives its result. */
  add(model: ModelInputs): StepResult | null {
    const { config, tensors } = this.state;
    const before = this.sum;
    tf.tidy(() => {
      const temperatures = scalars(this.schedule.temperatures);
      this.sum = this.engine.addPart({ config, weights: tensors.weights, model, temperatures, before });
      flattenTree(this.sum).forEach((tensor) => tf.keep(tensor));
    });
    flattenTree(before).forEach((tensor) => tensor.dispose());
    this.parts += 1;
    return this.parts < config.training.accumulate ? null : this.finish();
  }

  /** Lets go of what the parts so far gave. */
  dispose(): void {
    flattenTree(this.sum).forEach((tensor) => tensor.dispose());
    this.sum = null;
  }

  private finish(): StepResult {
    const { state, schedule, engine } = this;
    const { losses, gradients, centres } = this.sum!;
    try {
      return finishStep(state, schedule, () => {
        // The new centres pass into the state as they are, so it gets its own.
        const own = new Map([...centres].map(([name, centre]) => [name, tf.clone(centre)]));
        return engine.update(updateInputs(state, schedule), { losses, gradients, centres: own });
      });
    } finally {
      this.dispose();
    }
  }
}
