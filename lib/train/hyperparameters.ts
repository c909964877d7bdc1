import { type LossConfig, type XkdConfig, lossSettings } from '../config';
import { lossShares } from '../losses';
import type { LossNumbers, Temperatures } from '../model';
import { type LerpFactors, lerpFactors } from '../tensor/lerp';
import { type AdamwFactors, adamwFactors } from './adamw';
import type { StepSchedule } from './schedules';
import type { UpdateCounts } from './state';

/*
 * The numbers of a step. They are fed to its graph as scalars, so a change of one needs no new trace; what shapes or
 * switches the graph is in `StepStructure`.
 */

/** Numbers that losses and centres go by. */
export interface LossHyperparameters extends LossNumbers<number> {
  readonly centre: LerpFactors<number>;
}

/** Numbers that the update goes by. */
export interface UpdateHyperparameters {
  /** Largest norm of a gradient that is clipped. */
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

/** Of the update that follows `counts` updates. */
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
