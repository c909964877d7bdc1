import type { XkdConfig } from '../config';
import { UserError } from '../errors';
import { type LossTerm, type ModelInputs, type Temperatures, lossTerms } from '../model';
import { CompiledFunction } from '../tensor/graph';
import { tf } from '../tensor/native';
import { type AdamwFactors, adamw, adamwFactors } from './adamw';
import { clipPerTensor } from './clip';
import { differentiate } from './differentiate';
import { type EmaFactors, emaFactors, followStudents } from './ema';
import type { StepSchedule } from './schedules';
import { type StateTensors, type TrainState, isLastLayer } from './state';

export type LossFigures = Readonly<Record<LossTerm, number>>;

/** What a finished step tells. */
export interface StepResult {
  /** Losses before the update. */
  readonly losses: LossFigures;
  /** Tensors whose gradient was shortened. */
  readonly clipped: number;
}

/** Everything that a step reads: tensors, and the values that a traced graph is made for. */
export interface StepInputs {
  readonly config: XkdConfig;
  /** Whether the head's last layer stands still in this step. */
  readonly lastLayerFrozen: boolean;
  readonly state: StateTensors;
  readonly model: ModelInputs;
  readonly temperatures: Temperatures;
  readonly adamw: AdamwFactors;
  readonly ema: EmaFactors;
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
  const { config, lastLayerFrozen } = inputs;
  const { weights } = inputs.state;
  const { losses, gradients, centres } = differentiate(config, weights, inputs.model, inputs.temperatures);
  const moved = new Map([...gradients].filter(([name]) => !(lastLayerFrozen && isLastLayer(name))));
  const clipped = clipPerTensor(moved, config.optimiser.clip, (name) => name.includes('_student.'));
  const updated = adamw(inputs.state, clipped.gradients, inputs.adamw, config.optimiser);
  const teachers = followStudents(config, new Map([...weights, ...updated.weights]), inputs.ema);
  return {
    state: { ...updated, weights: new Map([...updated.weights, ...teachers, ...centres]) },
    losses: tf.stack(lossTerms.map((term) => losses[term])) as tf.Tensor1D,
    norms: clipped.norms,
  };
}

/** How the arithmetic of a step is done: op by op, or as a graph that was traced before. */
export type StepEngine = (inputs: StepInputs) => StepOutputs;

/** The step as a native graph, traced at its first call. One engine serves a whole run. */
export function compiledStep(): CompiledFunction<StepInputs, StepOutputs> {
  return new CompiledFunction(computeStep);
}

/**
 * Takes one training step. The state is changed in place; a loss that is not finite stops before that.
 *
 * @throws NonFiniteLoss naming step and term
 */
export function trainStep(
  state: TrainState,
  model: ModelInputs,
  schedule: StepSchedule,
  engine: StepEngine = computeStep,
): StepResult {
  return tf.tidy(() => {
    const { config, updates } = state;
    const inputs: StepInputs = {
      config,
      lastLayerFrozen: schedule.lastLayerFrozen,
      state: state.tensors,
      model,
      temperatures: scalars(schedule.temperatures),
      adamw: adamwFactors(config.optimiser, schedule.learningRate, updates),
      ema: emaFactors(schedule.emaMomentum),
    };
    const outputs = engine(inputs);
    const values = outputs.losses.dataSync();
    const losses = Object.fromEntries(lossTerms.map((term, i) => [term, values[i]])) as Record<
      LossTerm,
      number
    >;
    assertFinite(losses, state.step);
    state.commit(outputs.state);
    state.updates = {
      lastLayer: updates.lastLayer + (schedule.lastLayerFrozen ? 0 : 1),
      others: updates.others + 1,
    };
    state.step += 1;
    return { losses, clipped: countAbove(outputs.norms, config.optimiser.clip) };
  });
}

/** Training came to a loss that is no number; the state is as it was before the step. */
export class NonFiniteLoss extends UserError {}

function assertFinite(losses: LossFigures, step: number): void {
  // Sums stand first in the list: the last one named is the most specific.
  const term = lossTerms.filter((name) => !Number.isFinite(losses[name])).pop();
  if (term !== undefined) {
    throw new NonFiniteLoss(
      `The loss is not finite at step ${step}: ${term} is ${losses[term]}; ` +
        'go on from the last checkpoint with a lower optimiser.learningRate or a longer optimiser.warmupEpochs.',
    );
  }
}

function scalars({ student, videoTeacher, audioTeacher }: StepSchedule['temperatures']): Temperatures {
  return {
    student: tf.scalar(student),
    videoTeacher: tf.scalar(videoTeacher),
    audioTeacher: tf.scalar(audioTeacher),
  };
}

function countAbove(norms: tf.Tensor1D, clip: number): number {
  return norms.size === 0 ? 0 : norms.dataSync().filter((norm) => norm > clip).length;
}
