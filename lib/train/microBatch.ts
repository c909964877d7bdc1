import type { StepStructure } from '../config';
import type { ModelInputs } from '../model';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';
import type { Scalars } from '../tensor/scalars';
import { type Differentiated, differentiate } from './differentiate';
import type { LossHyperparameters } from './hyperparameters';

/** A micro-batch of a step, and what those before it gave. */
export interface MicroBatchInputs {
  readonly structure: StepStructure;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly model: ModelInputs;
  readonly numbers: LossHyperparameters | Scalars<LossHyperparameters>;
  /** Micro-batches in a step. */
  readonly count: number | tf.Scalar;
  /** Null for the first one. */
  readonly before: Differentiated | null;
}

/**
 * Gradient accumulation: losses, gradients and new centres of one micro-batch, divided by the number of micro-batches and
 * added to those before. After the last one the sum is what the whole batch would have given at once, but for the alignment:
 * it compares clips only within a micro-batch, and L_da is its mean over them. Reconstruction and distillation are means over
 * clips, and all micro-batches see the centres as they were before the step.
 */
export function addMicroBatch({
  structure,
  weights,
  model,
  numbers,
  count,
  before,
}: MicroBatchInputs): Differentiated {
  stage(); // Each sum takes the place of the one before as soon as it is there.
  const one = differentiate(structure, weights, model, numbers);
  const add = <T extends tf.Tensor>(value: T, sum: T | undefined): T => {
    const share = tf.div(value, count) as T;
    return sum === undefined ? share : (tf.add(sum, share) as T);
  };
  const addAll = (values: Map<string, tf.Tensor>, sums?: Map<string, tf.Tensor>) =>
    new Map([...values].map(([name, value]) => [name, add(value, sums?.get(name))]));
  return {
    losses: add(one.losses, before?.losses),
    gradients: addAll(one.gradients, before?.gradients),
    centres: addAll(one.centres, before?.centres),
  };
}
