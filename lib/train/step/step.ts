import { UserError } from '../../errors';
import { stepStructure } from '../../config';
import { type LossTerm, type ModelInputs, lossTerms } from '../../model';
import type { RankPlace } from '../../tensor/collectives';
import { tf } from '../../tensor/native';
import { scalarsOf } from '../../tensor/scalars';
import { type Engine, eagerEngine } from '../engine/engine';
import { lossHyperparameters, updateHyperparameters } from '../optimiser/hyperparameters';
import type { StepSchedule } from '../optimiser/schedules';
import type { TrainState } from '../state/state';
import { type StepInputs, type StepOutputs, type UpdateInputs, wholeStep } from './stepFunction';

export type LossFigures = Readonly<Record<LossTerm, number>>;

/** Result of a finished step. */
export interface StepResult {
  /** Losses before the update. */
  readonly losses: LossFigures;
  /** Number of tensors whose gradient was clipped. */
  readonly clipped: number;
  /** That number as a share of the tensors that may be clipped; 0 if there are none. */
  readonly clippedShare: number;
}

/**
 * Takes one training step. The state is changed in place, unless a loss is not finite.
 *
 * @throws NonFiniteLoss naming step and term
 */
export async function trainStep(
  state: TrainState,
  model: ModelInputs,
  schedule: StepSchedule,
  engine: Engine = eagerEngine,
  ranks: RankPlace | null = null,
): Promise<StepResult> {
  const inputs = stepInputs(state, schedule, model, ranks);
  try {
    return finishStep(state, schedule, await engine.run(wholeStep, inputs));
  } finally {
    disposeNumbers(inputs);
  }
}

function stepInputs(
  state: TrainState,
  schedule: StepSchedule,
  model: ModelInputs,
  ranks: RankPlace | null,
): StepInputs {
  const loss = scalarsOf(lossHyperparameters(state.config, schedule.temperatures));
  return { ...updateInputs(state, schedule, ranks), model, loss };
}

/** Inputs of the update in the state's next step. */
export function updateInputs(
  state: TrainState,
  schedule: StepSchedule,
  ranks: RankPlace | null = null,
): UpdateInputs {
  const { config, updates } = state;
  return {
    structure: stepStructure(config),
    lastLayerFrozen: schedule.lastLayerFrozen,
    state: state.tensors,
    update: scalarsOf(updateHyperparameters(config, schedule, updates)),
    ranks,
  };
}

/** Commits the new values of a step to the state. */
export function finishStep(
  state: TrainState,
  schedule: StepSchedule,
  collect: () => StepOutputs,
): StepResult {
  const { updates, config } = state;
  const result = state.advance(collect, (outputs) => {
    const values = outputs.losses.dataSync();
    const losses = Object.fromEntries(lossTerms.map((term, i) => [term, values[i]])) as LossFigures;
    assertFinite(losses, state.step, astrayRanks(outputs));
    const clipped = countAbove(outputs.norms, config.optimiser.clip);
    return { losses, clipped, clippedShare: clipped / Math.max(outputs.norms.size, 1) };
  });
  state.updates = {
    lastLayer: updates.lastLayer + (schedule.lastLayerFrozen ? 0 : 1),
    others: updates.others + 1,
  };
  return result;
}

/** Explains why the loss of a first step may not be finite, regardless of the learning rate, and gives the solution. */
export const nothingLearntYet =
  'nothing is learnt yet, so the weights to begin with or a clip hold values that are not finite, or a setting is extreme; begin with others.';

/** A loss is not finite; the state is as it was before the step. */
export class NonFiniteLoss extends UserError {
  /**
   * @param astray in a run on several processes: those whose own losses are not finite
   * @param sentenceOn the message, given where that happened, as in ` on rank 1`
   */
  constructor(
    private readonly astray: readonly number[],
    private readonly sentenceOn: (place: string) => string,
    nameOf: (rank: number) => string = (rank) => `rank ${rank}`,
  ) {
    super(sentenceOn(astray.length === 0 ? '' : ` on ${astray.map(nameOf).join(', ')}`));
  }

  /** The same, with names for the processes. */
  naming(nameOf: (rank: number) => string): NonFiniteLoss {
    return new NonFiniteLoss(this.astray, this.sentenceOn, nameOf);
  }
}

function assertFinite(losses: LossFigures, step: number, astray: readonly number[]): void {
  // Sums come first in the list, so the last non-finite term is the most specific.
  const term = lossTerms.filter((name) => !Number.isFinite(losses[name])).pop();
  if (term !== undefined) {
    const advice =
      step === 0
        ? nothingLearntYet
        : 'begin a run in another folder with a lower optimiser.learningRate or a longer optimiser.warmupEpochs.';
    throw new NonFiniteLoss(
      astray,
      (place) => `The loss is not finite at step ${step}${place}: ${term} is ${losses[term]}; ${advice}`,
    );
  }
}

/** The ranks whose own losses are not finite. */
function astrayRanks({ astray }: StepOutputs): number[] {
  if (astray === undefined) return [];
  return [...astray.dataSync()].flatMap((share, rank) => (share > 0 ? [rank] : []));
}

/** Disposes the scalars of a step, which were created outside a scope. */
export function disposeNumbers({ loss, update }: Partial<Pick<StepInputs, 'loss' | 'update'>>): void {
  tf.dispose([loss ?? [], update ?? []] as unknown as tf.TensorContainer);
}

function countAbove(norms: tf.Tensor1D, clip: number): number {
  return norms.size === 0 ? 0 : norms.dataSync().filter((norm) => norm > clip).length;
}
