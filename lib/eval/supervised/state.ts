import type { XkdConfig } from '../../config';
import type { BadClip } from '../../data';
import { tf } from '../../tensor/native';
import { type StateTensors, TrainingState, initialTensors } from '../../train/state/trainingState';
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

/** Everything that changes from step to step in training a classifier. */
export class ClassifierState extends TrainingState {
  constructor(
    tensors: StateTensors,
    step = 0,
    public epoch: EpochSum = { loss: 0, steps: 0 },
    skipped: readonly BadClip[] = [],
  ) {
    super(tensors, step, skipped);
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
    return new ClassifierState(initialTensors(weights, weights.keys()));
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
