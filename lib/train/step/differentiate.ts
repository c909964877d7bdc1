import { type StepStructure, modalities } from '../../config';
import { nextCentre } from '../../losses';
import { type ModelInputs, lossTerms, studentLosses, teacherForward } from '../../model';
import { type RankPlace, gatherRows } from '../../tensor/collectives';
import { endForward } from '../../tensor/stage';
import { tf } from '../../tensor/native';
import type { Scalars } from '../../tensor/scalars';
import type { LossHyperparameters } from '../optimiser/hyperparameters';
import { centreNames, trainableNames, weightScope } from '../state/state';

/** Losses at the current weights, with gradients and new centres. */
export interface Differentiated {
  /** All loss terms in the order of `lossTerms`. */
  readonly losses: tf.Tensor1D;
  /** Gradients of the total loss by parameter name, without parameters that do not contribute to the loss. */
  readonly gradients: Map<string, tf.Tensor>;
  /** Centres after the step, by stored name. */
  readonly centres: Map<string, tf.Tensor>;
  /** In a run on several processes: above 0 for each whose own losses are not finite `[N]`. */
  readonly astray?: tf.Tensor1D;
}

/**
 * Losses and gradients at the given weights, without side effects. Teachers run outside the tape, so that no gradients are
 * computed for them.
 *
 * @param weights weights and centres by stored name
 * @param ranks in a run on several processes: this one, whose clips are then compared with those of all
 */
export function differentiate(
  structure: StepStructure,
  weights: ReadonlyMap<string, tf.Tensor>,
  inputs: ModelInputs,
  numbers: LossHyperparameters | Scalars<LossHyperparameters>,
  ranks?: RankPlace | null,
): Differentiated {
  const scope = weightScope(structure, weights);
  const centre = { video: weights.get(centreNames.video)!, audio: weights.get(centreNames.audio)! };
  const teachers = structure.parts.teachers
    ? teacherForward(structure, scope, inputs, centre, numbers.temperatures)
    : null;
  const ofAll = ranks?.alignment === 'global' ? (own: tf.Tensor2D) => gatherRows(own, ranks) : undefined;
  const names = trainableNames(structure);
  const parameters = names.map((name) => weights.get(name)!);
  const kept: { losses?: tf.Tensor1D } = {};
  const { grads } = tf.engine().gradients(
    () => {
      const losses = studentLosses(structure, scope, inputs, teachers, numbers, ofAll);
      kept.losses = tf.keep(tf.stack(lossTerms.map((term) => losses[term])) as tf.Tensor1D);
      endForward();
      return losses.total;
    },
    parameters,
    undefined,
    true,
  );
  const gradients = new Map<string, tf.Tensor>();
  names.forEach((name, i) => {
    // Missing for a parameter that does not contribute to the loss, although the type says otherwise.
    if (grads[i] as tf.Tensor | undefined) gradients.set(name, grads[i]);
  });
  const centres = new Map(
    teachers === null
      ? []
      : modalities.map((m) => [centreNames[m], nextCentre(centre[m], teachers.outputs[m], numbers.centre)]),
  );
  return { losses: release(kept.losses!), gradients, centres };
}

/** Returns a kept tensor to the enclosing scope, which disposes it when it ends. */
function release<T extends tf.Tensor>(kept: T): T {
  const copy = tf.clone(kept);
  kept.dispose();
  return copy;
}
