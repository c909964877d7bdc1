import { type NetworkStructure, type XkdConfig, teacherKinds } from '../config';
import type { BadClip } from '../data/types';
import { UserError } from '../errors';
import { canonicalName, initialWeights, parameterSpecs } from '../model';
import { WeightScope } from '../nn';
import { tf } from '../tensor/native';
import { type StateTensors, disposeTensors, keepTensors, replaceTensors } from './stateTensors';

export type { StateTensors } from './stateTensors';

/** Names of the centres in the release: of the video teacher, of the audio teacher. */
export const centreNames = { video: 'vt2as_ce_loss.center', audio: 'at2vs_ce_loss.center' } as const;

/**
 * Updates that parameters have had, for Adam's bias correction. The head's last layer may stand still at first and
 * then counts by itself.
 */
export interface UpdateCounts {
  readonly lastLayer: number;
  readonly others: number;
}

/**
 * Everything that a run changes from step to step, in one object. Random draws need no place here: each is a
 * function of the seed and the step.
 */
export class TrainState {
  constructor(
    /** Of the next step: hyperparameters may change during a run. */
    public config: XkdConfig,
    /** Owned by the state from here on. */
    readonly tensors: StateTensors,
    public updates: UpdateCounts = { lastLayer: 0, others: 0 },
    /** Steps taken. */
    public step = 0,
    /** Training clips that could not be used up to here, each judged once. */
    public skipped: readonly BadClip[] = [],
  ) {
    keepTensors(tensors);
  }

  /** A fresh state: seeded weights, teachers equal to students, centres at 0. */
  static create(config: XkdConfig): TrainState {
    const weights = initialWeights(config);
    for (const name of Object.values(centreNames)) weights.set(name, tf.zeros([1, config.projector.outputs]));
    return TrainState.fromWeights(config, weights);
  }

  /** A state at step 0 around given weights and centres. */
  static fromWeights(config: XkdConfig, weights: Map<string, tf.Tensor>): TrainState {
    const zeros = () =>
      new Map(trainableNames(config).map((name) => [name, tf.zerosLike(weights.get(name)!)] as const));
    return new TrainState(config, { weights, first: zeros(), second: zeros() });
  }

  /** Looks weights up by any name that the release gives them. */
  get scope(): WeightScope {
    return weightScope(this.config, this.tensors.weights);
  }

  /** Puts new values in place of old ones, which are disposed. */
  commit(values: Partial<StateTensors>): void {
    replaceTensors(this.tensors, values);
  }

  dispose(): void {
    disposeTensors(this.tensors);
  }
}

/**
 * The state of a run that is given no weights: that of the seed.
 *
 * @throws UserError where teachers are frozen, since they would stay random
 */
export function seededState(config: XkdConfig): TrainState {
  if (!teacherKinds[config.teacher].follows) {
    throw new UserError(
      `teacher is "${config.teacher}" but no weights are given, so the teachers would stay random; give those of a trained network with --init (in a notebook: initial: () => initialState([path], config)), or leave teacher out.`,
    );
  }
  return TrainState.create(config);
}

/** Weights under any name that the release gives them, looked up by their stored names. */
export function weightScope(config: NetworkStructure, weights: ReadonlyMap<string, tf.Tensor>): WeightScope {
  return new WeightScope((name) => weights.get(canonicalName(config, name)));
}

/** Names of the parameters that gradients move. */
export function trainableNames(config: NetworkStructure): string[] {
  return parameterSpecs(config)
    .filter(({ trainable }) => trainable)
    .map(({ name }) => name);
}
