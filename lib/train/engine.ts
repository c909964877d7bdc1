import { CompiledFunction, Program } from '../tensor/graph';
import { type PartInputs, addPart } from './parts';
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
  /** Gradients of a part of a step's clips, added to those of the parts before. */
  addPart(inputs: PartInputs): Differentiated;
  /** The update that follows the last part. */
  update(inputs: UpdateInputs, sum: Differentiated): StepOutputs;
}

/** Op by op: slower, for looking into a step. */
export const eagerEngine: StepEngine = { step: computeStep, addPart, update: computeUpdate };

/** As native graphs, each traced at its first call. One engine serves a whole run. */
export class CompiledEngine implements StepEngine {
  private readonly program = new Program();
  private readonly steps = new CompiledFunction(computeStep, {
    program: this.program,
    reads: { state: 'state' },
    writes: { state: 'state' },
  });
  private readonly parts = new CompiledFunction(addPart, {
    program: this.program,
    reads: { weights: 'state/weights', 'before/gradients': 'gradients', 'before/centres': 'centres' },
    writes: { gradients: 'gradients', centres: 'centres' },
  });
  private readonly updates = new CompiledFunction(
    ({ inputs, sum }: { inputs: UpdateInputs; sum: Differentiated }) => computeUpdate(inputs, sum),
    {
      program: this.program,
      reads: { 'inputs/state': 'state', 'sum/gradients': 'gradients', 'sum/centres': 'centres' },
      writes: { state: 'state' },
    },
  );

  step(inputs: StepInputs): StepOutputs {
    return this.steps.call(inputs);
  }

  addPart(inputs: PartInputs): Differentiated {
    return this.parts.call(inputs);
  }

  update(inputs: UpdateInputs, sum: Differentiated): StepOutputs {
    return this.updates.call({ inputs, sum });
  }

  /** Frees the native graphs, with the state moved out of them; a later call traces again. */
  dispose(): void {
    for (const compiled of [this.steps, this.parts, this.updates]) compiled.dispose();
    this.program.dispose();
  }
}
