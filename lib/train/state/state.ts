import { type NetworkStructure, type XkdConfig, teacherKinds } from '../../config';
import type { BadClip } from '../../data/types';
import { UserError } from '../../errors';
import { canonicalName, initialWeights, parameterSpecs } from '../../model';
import { WeightScope } from '../../nn';
import { tf } from '../../tensor/native';
import { type StateTensors, TrainingState, initialTensors } from './trainingState';

export { type StateTensors, TrainingState } from './trainingState';

/** Names of the centres in the release, for the video teacher and the audio teacher. */
export const centreNames = { video: 'vt2as_ce_loss.center', audio: 'at2vs_ce_loss.center' } as const;

/**
 * Number of updates of the parameters, for Adam's bias correction. The head's last layer may be frozen at first and is
 * therefore counted separately.
 */
export interface UpdateCounts {
  readonly lastLayer: number;
  readonly others: number;
}

/**
 * Everything that a run changes from step to step, in one object.
 *
 * @example
 * ```ts
 * import { configure, TrainState } from 'xkd';
 *
 * const state = TrainState.create(configure('nano'));
 * const student = state.scope.get('vid_student.backbone.cls_token');
 * console.log(state.step, student.shape); // 0 [ 1, 1, 64 ]
 * state.dispose();
 * ```
 */
export class TrainState extends TrainingState {
  constructor(
    /** Configuration of the next step: hyperparameters may change during a run. */
    public config: XkdConfig,
    tensors: StateTensors,
    public updates: UpdateCounts = { lastLayer: 0, others: 0 },
    step = 0,
    skipped: readonly BadClip[] = [],
  ) {
    super(tensors, step, skipped);
  }

  /** Creates an initial state: seeded weights, teachers equal to students, centres at 0. */
  static create(config: XkdConfig): TrainState {
    const weights = initialWeights(config);
    for (const name of Object.values(centreNames)) weights.set(name, tf.zeros([1, config.projector.outputs]));
    return TrainState.fromWeights(config, weights);
  }

  /** Creates a state at step 0 from given weights and centres. */
  static fromWeights(config: XkdConfig, weights: Map<string, tf.Tensor>): TrainState {
    return new TrainState(config, initialTensors(weights, trainableNames(config)));
  }

  /** Looks up weights by any of their names in the release. */
  get scope(): WeightScope {
    return weightScope(this.config, this.tensors.weights);
  }
}

/**
 * The initial state of a run without given weights, determined by the seed.
 *
 * @throws UserError if teachers are frozen, since they would stay random
 */
export function seededState(config: XkdConfig): TrainState {
  if (!teacherKinds[config.teacher].follows) {
    throw new UserError(
      `teacher is "${config.teacher}" but no weights are given, so the teachers would stay random; give those of a trained network with --init (in a notebook: initial: () => initialState([path], config)), or leave teacher out.`,
    );
  }
  return TrainState.create(config);
}

/** Looks up weights, stored under one name, by any of their names in the release. */
export function weightScope(config: NetworkStructure, weights: ReadonlyMap<string, tf.Tensor>): WeightScope {
  return new WeightScope((name) => weights.get(canonicalName(config, name)));
}

/** Names of the parameters that have gradients. */
export function trainableNames(config: NetworkStructure): string[] {
  return parameterSpecs(config)
    .filter(({ trainable }) => trainable)
    .map(({ name }) => name);
}
