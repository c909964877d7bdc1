import type { StepStructure } from '../config';
import { type PerModality, type Temperatures, type TowerAnswers, towerAnswers } from '../model';
import type { tf } from '../tensor/native';
import type { EngineFunction } from './engine/engine';
import { centreNames, weightScope } from './state/state';

/** Inputs of the towers' outputs for whole clips. */
export interface AnswerInputs {
  readonly structure: StepStructure;
  readonly weights: ReadonlyMap<string, tf.Tensor>;
  readonly views: PerModality<tf.Tensor>;
  readonly temperatures: Temperatures;
}

/** {@link towerAnswers} from the weights of a state, a pure function of tensors. */
export function computeAnswers({ structure, weights, views, temperatures }: AnswerInputs): TowerAnswers {
  const centres = { video: weights.get(centreNames.video)!, audio: weights.get(centreNames.audio)! };
  return towerAnswers(structure, weightScope(structure, weights), views, centres, temperatures);
}

/** {@link computeAnswers} for an engine. */
export const answers: EngineFunction<AnswerInputs, TowerAnswers> = {
  compute: computeAnswers,
  reads: { weights: 'state/weights' },
  precision: ({ structure }) => structure.precision,
};
