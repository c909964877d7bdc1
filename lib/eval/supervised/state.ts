import type { XkdConfig } from '../../config';
import type { BadClip } from '../../data';
import { backbonePrefix, ownedSpecs, type ParameterSpec } from '../../model';
import { tf } from '../../tensor/native';
import { type StateTensors, disposeTensors, keepTensors, replaceTensors } from '../../train/stateTensors';
import type { Network } from '../features';
import { classifierSpecs, initialClassifier } from './classifier';
import type { ClassifierPlan, TowerWeights } from './stepFunction';

/** What is trained, and how its backbone takes part. */
export interface ClassifierSetup {
  readonly plan: ClassifierPlan;
  readonly network: Network;
  readonly optimiser: XkdConfig['optimiser'];
  readonly classes: number;
  /** Whether the backbone is trained, too. */
  readonly finetunes: boolean;
  readonly seed: number;
}

/** Loss of the epoch under way. */
export interface EpochSum {
  readonly loss: number;
  readonly steps: number;
}

/** Everything that training a classifier changes from step to step. Random draws are functions of the seed and the step. */
export class ClassifierState {
  constructor(
    /** Owned by the state from here on. */
    readonly tensors: StateTensors,
    /** Steps taken. */
    public step = 0,
    public epoch: EpochSum = { loss: 0, steps: 0 },
    /** Training clips that could not be used up to here, each judged once. */
    public skipped: readonly BadClip[] = [],
  ) {
    keepTensors(tensors);
  }

  /** A fresh classifier on the network's backbone. */
  static create(setup: ClassifierSetup): ClassifierState {
    const { network, classes, seed } = setup;
    const weights = new Map<string, tf.Tensor>();
    // Copies: the network stays as it is.
    if (setup.finetunes)
      backboneWeights(setup).forEach((tensor, name) => weights.set(name, tf.clone(tensor)));
    initialClassifier(network.config.encoder.width, classes, seed).forEach((tensor, name) =>
      weights.set(name, tensor),
    );
    const zeros = () => new Map([...weights].map(([name, tensor]) => [name, tf.zerosLike(tensor)]));
    return new ClassifierState({ weights, first: zeros(), second: zeros() });
  }

  /** Puts new values in place of old ones, which are disposed. */
  commit(values: StateTensors): void {
    replaceTensors(this.tensors, values);
  }

  dispose(): void {
    disposeTensors(this.tensors);
  }
}

/** Names and shapes of what a classifier's state holds. */
export function trainedSpecs(setup: ClassifierSetup): Pick<ParameterSpec, 'name' | 'shape'>[] {
  const { network, classes, finetunes } = setup;
  const head = classifierSpecs(network.config.encoder.width, classes);
  return finetunes ? [...backboneSpecs(setup), ...head] : head;
}

/** The network's backbone, by the names of its tower; the tensors are the network's. */
export function backboneWeights(setup: ClassifierSetup): TowerWeights {
  const { scope } = setup.network;
  return new Map(backboneSpecs(setup).map(({ name }) => [name, scope.get(name)]));
}

function backboneSpecs({ network, plan: { tower } }: ClassifierSetup): ParameterSpec[] {
  return ownedSpecs(network.config, backbonePrefix(tower.modality, tower.role));
}
