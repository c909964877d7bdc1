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

/** How the arithmetic of a step is done. */
export interface StepEngine {
  /** A whole step. */
  step(inputs: StepInputs): StepOutputs;
  /** Gradients of a micro-batch, added to those of the ones before. */
  addMicroBatch(inputs: MicroBatchInputs): Differentiated;
  /** The update that follows the last micro-batch. */
  update(inputs: UpdateInputs, sum: Differentiated): StepOutputs;

  /*
   * The same beside the event loop where the engine can: meanwhile messages, signals and timers are heard. Inputs stay
   * as they are until then; outputs become tensors, in the scope of the caller, when the result is called.
   */
  stepAsync(inputs: StepInputs): Promise<() => StepOutputs>;
  addMicroBatchAsync(inputs: MicroBatchInputs): Promise<() => Differentiated>;
  updateAsync(inputs: UpdateInputs, sum: Differentiated): Promise<() => StepOutputs>;
  /** What the towers make of whole clips; changes nothing. */
  answersAsync(inputs: AnswerInputs): Promise<() => TowerAnswers>;
}

/** Op by op: slower, for looking into a step. */
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
 * As native graphs, each traced at its first call, which share the state in one session: weights and moments live
 * there, and come out when somebody reads them. One engine serves a whole run.
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

  /** Number of graphs of steps traced so far. */
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

  /** Frees the native graphs, with the state moved out of them; a later call traces again. */
  dispose(): void {
    for (const compiled of [this.steps, this.microBatches, this.updates, this.answers]) compiled.dispose();
    this.program.dispose();
  }
}
