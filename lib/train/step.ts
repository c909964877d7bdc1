import { modalities } from '../config';
import { nextCentre } from '../losses';
import {
  type LossTerm,
  type LossTensors,
  type ModelInputs,
  lossTerms,
  studentLosses,
  teacherForward,
  usesTeachers,
} from '../model';
import { tf } from '../tensor/native';
import { adamwUpdate } from './adamw';
import { clipPerTensor } from './clip';
import { followStudents } from './ema';
import type { StepSchedule } from './schedules';
import { type TrainState, centreNames } from './state';

export type LossFigures = Readonly<Record<LossTerm, number>>;

/** Losses before the update, and the gradients that led to it. */
export interface Differentiated {
  readonly losses: LossTensors;
  /** Gradients of the total loss by parameter name; a parameter that has no part in the loss is missing. */
  readonly gradients: Map<string, tf.Tensor>;
  /** Centres after the step, by their stored names. */
  readonly centres: Map<string, tf.Tensor>;
}

/** What a finished step tells. */
export interface StepResult {
  readonly losses: LossFigures;
  /** Tensors whose gradient was shortened. */
  readonly clipped: number;
}

/**
 * One training step (method section 8): teachers, students, backward, clipping, AdamW, centres, EMA. The state is
 * changed in place; a loss that is not finite stops before anything is changed.
 *
 * @throws NonFiniteLoss naming step and term
 */
export function trainStep(state: TrainState, inputs: ModelInputs, schedule: StepSchedule): StepResult {
  return tf.tidy(() => {
    const { losses, gradients, centres } = differentiate(state, inputs, schedule.temperatures);
    const figures = readLosses(losses);
    assertFinite(figures, state.step);
    if (schedule.lastLayerFrozen) deleteLastLayers(gradients);
    const { clip } = state.config.optimiser;
    const limited = clipPerTensor(gradients, clip, (name) => name.includes('_student.'));
    const clipped = countAbove(limited.norms, clip);
    adamwUpdate(state, limited.gradients, schedule.learningRate, state.config.optimiser);
    state.replace(state.tensors, centres);
    followStudents(state, schedule.emaMomentum);
    state.step += 1;
    return { losses: figures, clipped };
  });
}

/** Losses and gradients at the present weights; changes nothing. Call it inside `tf.tidy`. */
export function differentiate(
  state: TrainState,
  inputs: ModelInputs,
  temperatures: StepSchedule['temperatures'],
): Differentiated {
  const { config, weights } = state;
  const centre = { video: state.tensors.get(centreNames.video)!, audio: state.tensors.get(centreNames.audio)! };
  const teachers = usesTeachers(config) ? teacherForward(config, weights, inputs, centre, temperatures) : null;
  const names = state.trainableNames();
  let losses: LossTensors | undefined;
  const { grads } = tf.engine().gradients(
    () => {
      losses = studentLosses(config, weights, inputs, teachers, temperatures);
      Object.values(losses).forEach((loss) => tf.keep(loss));
      return losses.total;
    },
    names.map((name) => state.tensors.get(name)!),
    null as unknown as tf.Tensor,
    true,
  );
  const kept = losses!;
  const gradients = new Map(names.map((name, i) => [name, grads[i]]).filter(([, grad]) => grad != null) as [string, tf.Tensor][]);
  const centres = new Map(
    teachers === null
      ? []
      : modalities.map((m) => [centreNames[m], nextCentre(centre[m], teachers.outputs[m], config.centreMomentum)]),
  );
  return { losses: kept, gradients, centres };
}

/** Training came to a loss that is no number; the state is as it was before the step. */
export class NonFiniteLoss extends Error {
  override readonly name = 'NonFiniteLoss';
}

/** Reads all terms in one transfer and lets their tensors go. */
function readLosses(losses: LossTensors): LossFigures {
  const tensors = lossTerms.map((term) => losses[term]);
  const values = tf.stack(tensors).dataSync();
  tensors.forEach((tensor) => tensor.dispose());
  return Object.fromEntries(lossTerms.map((term, i) => [term, values[i]])) as Record<LossTerm, number>;
}

function assertFinite(losses: LossFigures, step: number): void {
  const terms = lossTerms.filter((term) => !Number.isFinite(losses[term]));
  // The most specific term is named: sums come first in the list.
  const term = terms[terms.length - 1];
  if (term !== undefined) {
    throw new NonFiniteLoss(`The loss is not finite at step ${step}: ${term} is ${losses[term]}.`);
  }
}

function deleteLastLayers(gradients: Map<string, tf.Tensor>): void {
  for (const name of [...gradients.keys()]) if (name.includes('.last_layer.')) gradients.delete(name);
}

function countAbove(norms: tf.Tensor1D, clip: number): number {
  return norms.size === 0 ? 0 : norms.dataSync().filter((norm) => norm > clip).length;
}
