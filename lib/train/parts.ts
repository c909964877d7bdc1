import type { StepStructure } from '../config';
import type { ModelInputs } from '../model';
import { stage } from '../tensor/graph';
import { tf } from '../tensor/native';
import type { Scalars } from '../tensor/scalars';
import { type Differentiated, differentiate } from './differentiate';
import type { LossHyperparameters } from './hyperparameters';

/** A part of a step's clips, and what the parts before it gave. */
export interface PartInputs {
  readonly structure: StepStructure;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly model: ModelInputs;
  readonly numbers: LossHyperparameters | Scalars<LossHyperparameters>;
  /** Parts in a step. */
  readonly parts: number | tf.Scalar;
  /** Null for the first part. */
  readonly before: Differentiated | null;
}

/**
 * Gradient accumulation: losses, gradients and new centres of one part, divided by the number of parts and added to
 * those of the parts before. After the last part the sum is what the whole batch would have given at once, but for
 * the MMD: it compares clips only within a part, and L_da is its mean over the parts. Reconstruction and distillation
 * are means over clips, and all parts see the centres as they were before the step.
 */
export function addPart({ structure, weights, model, numbers, parts, before }: PartInputs): Differentiated {
  stage(); // Each sum takes the place of the one before as soon as it is there.
  const part = differentiate(structure, weights, model, numbers);
  const add = <T extends tf.Tensor>(value: T, sum: T | undefined): T => {
    const share = tf.div(value, parts) as T;
    return sum === undefined ? share : (tf.add(sum, share) as T);
  };
  const addAll = (values: Map<string, tf.Tensor>, sums?: Map<string, tf.Tensor>) =>
    new Map([...values].map(([name, value]) => [name, add(value, sums?.get(name))]));
  return {
    losses: add(part.losses, before?.losses),
    gradients: addAll(part.gradients, before?.gradients),
    centres: addAll(part.centres, before?.centres),
  };
}
