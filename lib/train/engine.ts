import { CompiledFunction, Program } from '../tensor/graph';
import type { TowerAnswers } from '../model';
import { type AnswerInputs, computeAnswers } from './answers';
import { type MicroBatchInputs, addMicroBatch } from './microBatch';
import {
  type StepInputs,
  type StepOutputs,
  type UpdateInputs,
  computeStep,
  computeUpdate,
} from './stepFunction';
import type { Differentiated } from './differentiate';

/** Executes the arithmetic of a step. */
export interface StepEngine {
  /** A complete step. */
  step(inputs: StepInputs): StepOutputs;
  /** Gradients of a micro-batch, added to those of the previous micro-batches. */
  addMicroBatch(inputs: MicroBatchInputs): Differentiated;
  /** The update after the last micro-batch. */
  update(inputs: UpdateInputs, sum: Differentiated): StepOutputs;

  /*
   * Asynchronous versions, which don't block the event loop if the engine supports it, so that messages, signals and timers
   * are handled meanwhile. Inputs must stay unchanged until then. Outputs become tensors, in the caller's scope, when the
   * returned function is called.
   */
  stepAsync(inputs: StepInputs): Promise<() => StepOutputs>;
  addMicroBatchAsync(inputs: MicroBatchInputs): Promise<() => Differentiated>;
  updateAsync(inputs: UpdateInputs, sum: Differentiated): Promise<() => StepOutputs>;
  /** Outputs of the towers for whole clips, without side effects. */
  answersAsync(inputs: AnswerInputs): Promise<() => TowerAnswers>;
}

/** Runs op by op: slower, but a step can be inspected. */
export const eagerEngine: StepEngine = {
  step: computeStep,
  addMicroBatch,
  update: computeUpdate,
  stepAsync: (inputs) => Promise.resolve(() => computeStep(inputs)),
  addMicroBatchAsync: (inputs) => Promise.resolve(() => addMicroBatch(inputs)),
  updateAsync: (inputs, sum) => Promise.resolve(() => computeUpdate(inputs, sum)),
  answersAsync: (inputs) => Promise.resolve(() => computeAnswers(inputs)),
};

/**
 * Runs native graphs, each traced at its first call. They share the state in one session: weights and moments stay there
 * and are copied out only when read. One engine serves a whole run.
 */
export class CompiledEngine implements StepEngine {
  private readonly program = new Program();
  private readonly steps = new CompiledFunction(computeStep, {
    program: this.program,
    reads: { state: 'state' },
    writes: { state: 'state' },
    precision: ({ structure }) => structure.precision,
  });
  private readonly microBatches = new CompiledFunction(addMicroBatch, {
    program: this.program,
    reads: { weights: 'state/weights', 'before/gradients': 'gradients', 'before/centres': 'centres' },
    writes: { gradients: 'gradients', centres: 'centres' },
    precision: ({ structure }) => structure.precision,
  });
  private readonly updates = new CompiledFunction(
    ({ inputs, sum }: { inputs: UpdateInputs; sum: Differentiated }) => computeUpdate(inputs, sum),
    {
      program: this.program,
      reads: { 'inputs/state': 'state', 'sum/gradients': 'gradients', 'sum/centres': 'centres' },
      writes: { state: 'state' },
    },
  );

  private readonly answers = new CompiledFunction(computeAnswers, {
    program: this.program,
    reads: { weights: 'state/weights' },
    precision: ({ structure }) => structure.precision,
  });

  /** Number of step graphs traced so far. */
  get traces(): number {
    return this.steps.traces + this.microBatches.traces + this.updates.traces;
  }

  step(inputs: StepInputs): StepOutputs {
    return this.steps.call(inputs);
  }

  addMicroBatch(inputs: MicroBatchInputs): Differentiated {
    return this.microBatches.call(inputs);
  }

  update(inputs: UpdateInputs, sum: Differentiated): StepOutputs {
    return this.updates.call({ inputs, sum });
  }

  stepAsync(inputs: StepInputs): Promise<() => StepOutputs> {
    return this.steps.callAsync(inputs);
  }

  addMicroBatchAsync(inputs: MicroBatchInputs): Promise<() => Differentiated> {
    return this.microBatches.callAsync(inputs);
  }

  updateAsync(inputs: UpdateInputs, sum: Differentiated): Promise<() => StepOutputs> {
    return this.updates.callAsync({ inputs, sum });
  }

  answersAsync(inputs: AnswerInputs): Promise<() => TowerAnswers> {
    return this.answers.callAsync(inputs);
  }

  /** Frees the native graphs and moves the state out of them. A later call traces again. */
  dispose(): void {
    for (const compiled of [this.steps, this.microBatches, this.updates, this.answers]) compiled.dispose();
    this.program.dispose();
  }
}
