import { type LossConfig, type XkdConfig, lossSettings } from '../../config';
import { lossShares } from '../../losses';
import type { LossNumbers, Temperatures } from '../../model';
import { type LerpFactors, lerpFactors } from '../../tensor/lerp';
import { type AdamwFactors, adamwFactors } from './adamw';
import type { StepSchedule } from './schedules';
import type { UpdateCounts } from '../state/state';

/*
 * Scalar hyperparameters of a step. They are fed to its graph, so changing one needs no new trace. Whatever changes the
 * shape or structure of the graph is in `StepStructure`.
 */

/** Hyperparameters of losses and centres. */
export interface LossHyperparameters extends LossNumbers<number> {
  readonly centre: LerpFactors<number>;
}

/** Hyperparameters of the update. */
export interface UpdateHyperparameters {
  /** Maximum norm of a clipped gradient. */
  readonly clip: number;
  readonly adamw: AdamwFactors<number>;
  readonly ema: LerpFactors<number>;
}

export function lossHyperparameters(
  config: LossConfig & Pick<XkdConfig, 'centreMomentum'>,
  temperatures: Temperatures<number>,
): LossHyperparameters {
  return {
    temperatures,
    shares: lossShares(config.loss),
    settings: lossSettings(config),
    centre: lerpFactors(config.centreMomentum),
  };
}

/** Hyperparameters of the next update, given the number of updates so far. */
export function updateHyperparameters(
  { optimiser }: Pick<XkdConfig, 'optimiser'>,
  { learningRate, emaMomentum }: Pick<StepSchedule, 'learningRate' | 'emaMomentum'>,
  counts: UpdateCounts,
): UpdateHyperparameters {
  return {
    clip: optimiser.clip,
    adamw: adamwFactors(optimiser, learningRate, counts),
    ema: lerpFactors(emaMomentum),
  };
}
