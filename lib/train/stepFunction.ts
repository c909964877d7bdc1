import { type StepStructure, teacherKinds } from '../config';
import { type ModelInputs, parameterSpecs } from '../model';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';
import type { Scalars } from '../tensor/scalars';
import { adamw } from './adamw';
import { clipPerTensor } from './clip';
import { type Differentiated, differentiate } from './differentiate';
import { followStudents } from './ema';
import type { LossHyperparameters, UpdateHyperparameters } from './hyperparameters';
import type { StateTensors } from './state';

/*
 * The arithmetic of a training step as pure functions of tensors, which run op by op or as a traced graph.
 */

/** What the update of a step reads beside its gradients. */
export interface UpdateInputs {
  readonly structure: StepStructure;
  /** Whether the head's last layer stands still in this step. */
  readonly lastLayerFrozen: boolean;
  readonly state: StateTensors;
  readonly update: Scalars<UpdateHyperparameters>;
}

/** Everything that a step reads: tensors, and the structure that a traced graph is made for. */
export interface StepInputs extends UpdateInputs {
  readonly model: ModelInputs;
  readonly loss: Scalars<LossHyperparameters>;
}

/** Everything that a step makes, as tensors. */
export interface StepOutputs {
  /** New values of what changes in the state. */
  readonly state: StateTensors;
  /** All loss terms in the order of `lossTerms`. */
  readonly losses: tf.Tensor1D;
  /** Gradient norms of the tensors that may be clipped. */
  readonly norms: tf.Tensor1D;
}

/**
 * The arithmetic of one training step (docs/method.md, section 8), a pure function of tensors: teachers, students,
 * backward, clipping, AdamW, centres, EMA. Frozen teachers stay as they are; their centres still follow their outputs.
 */
export function computeStep(inputs: StepInputs): StepOutputs {
  const { structure, state, model, loss } = inputs;
  return computeUpdate(inputs, differentiate(structure, state.weights, model, loss));
}

/** The part of a step that follows its gradients: clipping, AdamW, EMA; the centres are handed on. */
export function computeUpdate(inputs: UpdateInputs, differentiated: Differentiated): StepOutputs {
  const { structure, lastLayerFrozen, state, update } = inputs;
  const { losses, gradients, centres } = differentiated;
  stage(losses); // A step whose loss is not finite ends here.
  const specs = new Map(parameterSpecs(structure).map((spec) => [spec.name, spec]));
  const isFrozen = (name: string) => lastLayerFrozen && specs.get(name)!.lastLayer;
  const moved = new Map([...gradients].filter(([name]) => !isFrozen(name)));
  const isClipped = (name: string) => structure.clipped && specs.get(name)!.clipped;
  const clipping = clipPerTensor(moved, update.clip, isClipped);
  const updated = adamw(state, moved, clipping.factors, update.adamw, specs);
  const teachers = teacherKinds[structure.teacher].follows
    ? followStudents(structure, new Map([...state.weights, ...updated.weights]), update.ema)
    : [];
  // The state gets tensors of its own, whoever has the centres now.
  const owned = [...centres].map(([name, centre]) => [name, tf.clone(centre)] as const);
  return {
    state: { ...updated, weights: new Map([...updated.weights, ...teachers, ...owned]) },
    losses,
    norms: clipping.norms,
  };
}
