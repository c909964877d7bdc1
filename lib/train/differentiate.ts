import { type XkdConfig, modalities, usedParts } from '../config';
import { nextCentre } from '../losses';
import { type ModelInputs, type Temperatures, lossTerms, studentLosses, teacherForward } from '../model';
import { tf } from '../tensor/native';
import { centreNames, trainableNames, weightScope } from './state';

/** Losses at the present weights, and what follows from them. */
export interface Differentiated {
  /** All loss terms in the order of `lossTerms`. */
  readonly losses: tf.Tensor1D;
  /** Gradients of the total loss by parameter name; a parameter that has no part in the loss is missing. */
  readonly gradients: Map<string, tf.Tensor>;
  /** Centres after the step, by their stored names. */
  readonly centres: Map<string, tf.Tensor>;
}

/**
 * Losses and gradients at the given weights; changes nothing. Teachers run outside the tape, so that no gradient
 * work is done for them.
 *
 * @param weights weights and centres by their stored names
 */
export function differentiate(
  config: XkdConfig,
  weights: ReadonlyMap<string, tf.Tensor>,
  inputs: ModelInputs,
  temperatures: Temperatures,
): Differentiated {
  const scope = weightScope(config, weights);
  const centre = { video: weights.get(centreNames.video)!, audio: weights.get(centreNames.audio)! };
  const teachers = usedParts(config).teachers
    ? teacherForward(config, scope, inputs, centre, temperatures)
    : null;
  const names = trainableNames(config);
  const parameters = names.map((name) => weights.get(name)!);
  const kept: { losses?: tf.Tensor1D } = {};
  const { grads } = tf.engine().gradients(
    () => {
      const losses = studentLosses(config, scope, inputs, teachers, temperatures);
      kept.losses = tf.keep(tf.stack(lossTerms.map((term) => losses[term])) as tf.Tensor1D);
      return losses.total;
    },
    parameters,
    undefined,
    true,
  );
  const gradients = new Map<string, tf.Tensor>();
  names.forEach((name, i) => {
    // A parameter without a part in the loss has none, whatever the type says.
    if (grads[i] as tf.Tensor | undefined) gradients.set(name, grads[i]);
  });
  const centres = new Map(
    teachers === null
      ? []
      : modalities.map((m) => [
          centreNames[m],
          nextCentre(centre[m], teachers.outputs[m], config.centreMomentum),
        ]),
  );
  return { losses: release(kept.losses!), gradients, centres };
}

/** Hands a kept tensor back to the scope around, which disposes it in its time. */
function release<T extends tf.Tensor>(kept: T): T {
  const copy = tf.clone(kept);
  kept.dispose();
  return copy;
}
