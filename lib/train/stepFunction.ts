import type { XkdConfig } from '../config';
import type { ModelInputs, Temperatures } from '../model';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';
import { type AdamwFactors, adamw } from './adamw';
import { clipPerTensor } from './clip';
import { type Differentiated, differentiate } from './differentiate';
import { type EmaFactors, followStudents } from './ema';
import { type StateTensors, isLastLayer } from './state';

/*
 * The arithmetic of a training step as pure functions of tensors, which run op by op or as a traced graph.
 */

/** What the update of a step reads beside its gradients. */
export interface UpdateInputs {
  readonly config: XkdConfig;
  /** Whether the head's last layer stands still in this step. */
  readonly lastLayerFrozen: boolean;
  readonly state: StateTensors;
  readonly adamw: AdamwFactors;
  readonly ema: EmaFactors;
}

/** Everything that a step reads: tensors, and the values that a traced graph is made for. */
export interface StepInputs extends UpdateInputs {
  readonly model: ModelInputs;
  readonly temperatures: Temperatures;
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
 * The arithmetic of one training step (method section 8), a pure function of tensors: teachers, students, backward,
 * clipping, AdamW, centres, EMA.
 */
export function computeStep(inputs: StepInputs): StepOutputs {
  const { config, state, model, temperatures } = inputs;
  return computeUpdate(inputs, differentiate(config, state.weights, model, temperatures));
}

/** The part of a step that follows its gradients: clipping, AdamW, EMA; the centres are handed on. */
export function computeUpdate(inputs: UpdateInputs, differentiated: Differentiated): StepOutputs {
  const { config, lastLayerFrozen, state } = inputs;
  const { losses, gradients, centres } = differentiated;
  stage(losses); // A step whose loss is not finite ends here.
  const moved = new Map([...gradients].filter(([name]) => !(lastLayerFrozen && isLastLayer(name))));
  const clipping = clipPerTensor(moved, config.optimiser.clip, (name) => name.includes('_student.'));
  const updated = adamw(state, moved, clipping.factors, inputs.adamw, config.optimiser);
  const teachers = followStudents(config, new Map([...state.weights, ...updated.weights]), inputs.ema);
  // The state gets tensors of its own, whoever has the centres now.
  const owned = [...centres].map(([name, centre]) => [name, tf.clone(centre)] as const);
  return {
    state: { ...updated, weights: new Map([...updated.weights, ...teachers, ...owned]) },
    losses,
    norms: clipping.norms,
  };
}
