import type { StepStructure } from '../../config';
import type { ModelInputs } from '../../model';
import type { RankPlace } from '../../tensor/collectives';
import { stage } from '../../tensor/stage';
import { tf } from '../../tensor/native';
import type { Scalars } from '../../tensor/scalars';
import { type Differentiated, differentiate } from './differentiate';
import type { EngineFunction } from '../engine/engine';
import type { LossHyperparameters } from '../optimiser/hyperparameters';

/** A micro-batch of a step, and the sums of the previous ones. */
export interface MicroBatchInputs {
  readonly structure: StepStructure;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly model: ModelInputs;
  readonly numbers: LossHyperparameters | Scalars<LossHyperparameters>;
  /** Number of micro-batches in a step. */
  readonly count: number | tf.Scalar;
  /** Null for the first one. */
  readonly before: Differentiated | null;
  /** See {@link UpdateInputs}. */
  readonly ranks?: RankPlace | null;
}

/**
 * Gradient accumulation: computes losses, gradients and new centres of one micro-batch, divides them by the number of
 * micro-batches and adds them to the previous sums. After the last one, the sums equal those of the whole batch, except for
 * the alignment: it compares clips only within a micro-batch, and L_da is its mean over micro-batches. Reconstruction and
 * distillation are means over clips, and all micro-batches use the centres from before the step.
 */
export function addMicroBatch({
  structure,
  weights,
  model,
  numbers,
  count,
  before,
  ranks,
}: MicroBatchInputs): Differentiated {
  stage(); // Each sum replaces the previous one as soon as it is available.
  const one = differentiate(structure, weights, model, numbers, ranks);
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

/** {@link addMicroBatch} for an engine. The sums stay in a compiled engine until the update. */
export const microBatchAdded: EngineFunction<MicroBatchInputs, Differentiated> = {
  compute: addMicroBatch,
  reads: { weights: 'state/weights', 'before/gradients': 'gradients', 'before/centres': 'centres' },
  writes: { gradients: 'gradients', centres: 'centres' },
  precision: ({ structure }) => structure.precision,
};
