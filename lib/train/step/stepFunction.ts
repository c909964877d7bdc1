import { type StepStructure, teacherKinds } from '../../config';
import { type ModelInputs, parameterSpecs } from '../../model';
import { tf } from '../../tensor/native';
import type { Scalars } from '../../tensor/scalars';
import type { RankPlace } from '../../tensor/collectives';
import { stage } from '../../tensor/stage';
import { adamw } from '../optimiser/adamw';
import { clipPerTensor } from '../optimiser/clip';
import { acrossRanks } from './acrossRanks';
import { type Differentiated, differentiate } from './differentiate';
import type { EngineFunction } from '../engine/engine';
import { followStudents } from '../optimiser/ema';
import type { LossHyperparameters, UpdateHyperparameters } from '../optimiser/hyperparameters';
import type { StateTensors } from '../state/state';

/* The arithmetic of a training step as pure functions of tensors, to be run op by op or as a traced graph. */

/** Inputs of a step's update, other than the gradients. */
export interface UpdateInputs {
  readonly structure: StepStructure;
  /** True if the head's last layer is frozen in this step. */
  readonly lastLayerFrozen: boolean;
  readonly state: StateTensors;
  readonly update: Scalars<UpdateHyperparameters>;
  /** This process among those of a run; null or missing for a run of one. */
  readonly ranks?: RankPlace | null;
}

/** All inputs of a step: tensors, and the structure that determines the traced graph. */
export interface StepInputs extends UpdateInputs {
  readonly model: ModelInputs;
  readonly loss: Scalars<LossHyperparameters>;
}

/** All outputs of a step, as tensors. */
export interface StepOutputs {
  /** New values of the state. */
  readonly state: StateTensors;
  /** All loss terms in the order of `lossTerms`. */
  readonly losses: tf.Tensor1D;
  /** Gradient norms of the tensors that may be clipped. */
  readonly norms: tf.Tensor1D;
  /** See {@link Differentiated}. */
  readonly astray?: tf.Tensor1D;
}

/**
 * The arithmetic of one training step (docs/method.md, section 8), a pure function of tensors: teachers, students, backward
 * pass, clipping, AdamW, centres, EMA. Frozen teachers do not change, but their centres still follow their outputs.
 */
export function computeStep(inputs: StepInputs): StepOutputs {
  const { structure, state, model, loss, ranks } = inputs;
  const own = differentiate(structure, state.weights, model, loss, ranks);
  return computeUpdate(inputs, acrossRanks(own, ranks));
}

/** The part of a step after the gradients: clipping, AdamW, EMA. The centres are passed through. */
export function computeUpdate(inputs: UpdateInputs, differentiated: Differentiated): StepOutputs {
  const { structure, lastLayerFrozen, state, update } = inputs;
  const { losses, gradients, centres, astray } = differentiated;
  stage(losses); // A step with a non-finite loss ends here.
  const specs = new Map(parameterSpecs(structure).map((spec) => [spec.name, spec]));
  const isFrozen = (name: string) => lastLayerFrozen && specs.get(name)!.lastLayer;
  const moved = new Map([...gradients].filter(([name]) => !isFrozen(name)));
  const isClipped = (name: string) => structure.clipped && specs.get(name)!.clipped;
  const clipping = clipPerTensor(moved, update.clip, isClipped);
  const updated = adamw(state, moved, clipping.factors, update.adamw, specs);
  const teachers = teacherKinds[structure.teacher].follows
    ? followStudents(structure, new Map([...state.weights, ...updated.weights]), update.ema)
    : [];
  // The state gets its own copies, because the centres may have another owner.
  const owned = [...centres].map(([name, centre]) => [name, tf.clone(centre)] as const);
  return {
    state: { ...updated, weights: new Map([...updated.weights, ...teachers, ...owned]) },
    losses,
    norms: clipping.norms,
    ...(astray !== undefined && { astray }),
  };
}

/** {@link computeStep} for an engine. */
export const wholeStep: EngineFunction<StepInputs, StepOutputs> = {
  compute: computeStep,
  reads: { state: 'state' },
  writes: { state: 'state' },
  precision: ({ structure }) => structure.precision,
};

/** {@link computeUpdate} for an engine, after the last micro-batch. */
export const accumulatedUpdate: EngineFunction<
  { readonly inputs: UpdateInputs; readonly sum: Differentiated },
  StepOutputs
> = {
  compute: ({ inputs, sum }) => computeUpdate(inputs, acrossRanks(sum, inputs.ranks)),
  reads: { 'inputs/state': 'state', 'sum/gradients': 'gradients', 'sum/centres': 'centres' },
  writes: { state: 'state' },
};
