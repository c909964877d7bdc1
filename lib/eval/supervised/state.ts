import type { XkdConfig } from '../../config';
import type { BadClip } from '../../data';
import { tf } from '../../tensor/native';
import { type StateTensors, disposeTensors, keepTensors, replaceTensors } from '../../train/stateTensors';
import type { Network } from '../features';
import { type TrainedSpec, classifierSpecs, initialClassifier } from './classifier';
import { type ClassifierPlan, type TowerWeights, backboneSpecs } from './stepFunction';

/** What is trained, and how its backbone is used. */
export interface ClassifierSetup {
  readonly plan: ClassifierPlan;
  readonly network: Network;
  readonly optimiser: XkdConfig['optimiser'];
  readonly classes: number;
  /** True if the backbone is trained, too. */
  readonly finetunes: boolean;
  readonly seed: number;
}

/** Loss of the epoch in progress. */
export interface EpochSum {
  readonly loss: number;
  readonly steps: number;
}

/**
 * Everything that changes from step to step in training a classifier. Random draws are functions of the seed and the
 * step.
 */
export class ClassifierState {
  constructor(
    /** Owned by the state from now on. */
    readonly tensors: StateTensors,
    /** Steps taken. */
    public step = 0,
    public epoch: EpochSum = { loss: 0, steps: 0 },
    /** Unusable training clips found so far; each is checked once. */
    public skipped: readonly BadClip[] = [],
  ) {
    keepTensors(tensors);
  }

  /** A new classifier on the network's backbone. */
  static create(setup: ClassifierSetup): ClassifierState {
    const { network, classes, seed } = setup;
    const weights = new Map<string, tf.Tensor>();
    // Copies, so that the network stays unchanged.
    if (setup.finetunes)
      backboneWeights(setup).forEach((tensor, name) => weights.set(name, tf.clone(tensor)));
    initialClassifier(network.config.encoder.width, classes, seed).forEach((tensor, name) =>
      weights.set(name, tensor),
    );
    const zeros = () => new Map([...weights].map(([name, tensor]) => [name, tf.zerosLike(tensor)]));
    return new ClassifierState({ weights, first: zeros(), second: zeros() });
  }

  /** Replaces values; the old ones are disposed. */
  commit(values: StateTensors): void {
    replaceTensors(this.tensors, values);
  }

  dispose(): void {
    disposeTensors(this.tensors);
  }
}

/** Names and shapes of the tensors in a classifier's state, and how they are updated. */
export function trainedSpecs(setup: ClassifierSetup): TrainedSpec[] {
  const { network, plan, classes, finetunes } = setup;
  const head = classifierSpecs(network.config.encoder, classes);
  return finetunes ? [...backboneSpecs(network.config, plan.tower), ...head] : head;
}

/** The network's backbone, under the names of its tower. The tensors belong to the network. */
export function backboneWeights({ network, plan }: ClassifierSetup): TowerWeights {
  const { scope, config } = network;
  return new Map(backboneSpecs(config, plan.tower).map(({ name }) => [name, scope.get(name)]));
}
