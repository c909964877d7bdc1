import type { NdArray } from '../../data';
import { CompiledFunction, Program, type VariablePaths } from '../../tensor/graph';
import { tf } from '../../tensor/native';
import {
  type ClassifierInputs,
  type SupervisedStepInputs,
  type SupervisedStepOutputs,
  computeProbabilities,
  computeSupervisedStep,
} from './stepFunction';

const standing: VariablePaths = { frozen: 'frozen' };

/** Training and testing of one classifier as native graphs that share its weights in one session. */
export class ClassifierEngine {
  private readonly program = new Program();
  private readonly steps = new CompiledFunction(computeSupervisedStep, {
    program: this.program,
    reads: { state: 'state', ...standing },
    writes: { state: 'state' },
    precision: ({ plan }) => plan.config.training.precision,
  });
  private readonly scores = new CompiledFunction(computeProbabilities, {
    program: this.program,
    reads: { weights: 'state/weights', ...standing },
    precision: ({ plan }) => plan.config.training.precision,
  });

  step(inputs: SupervisedStepInputs): Promise<() => SupervisedStepOutputs> {
    return this.steps.callAsync(inputs);
  }

  /**
   * Class probabilities of clips.
   *
   * @param isFull true if more batches of this size follow; other sizes run op by op, without a graph
   * @returns `[B K]`
   */
  async probabilities(
    inputs: Omit<ClassifierInputs, 'view'>,
    { data, shape }: NdArray,
    isFull: boolean,
  ): Promise<Float32Array> {
    const view = tf.tensor(data, [...shape]);
    try {
      const whole = { ...inputs, view };
      const collect = isFull ? await this.scores.callAsync(whole) : () => computeProbabilities(whole);
      return tf.tidy(() => collect().dataSync<'float32'>());
    } finally {
      view.dispose();
    }
  }

  /** Frees the graphs. The state must have been moved out of them before. */
  dispose(): void {
    this.steps.dispose();
    this.scores.dispose();
    this.program.dispose();
  }
}
