import type { Modality, XkdConfig } from '../../config';
import { binaryCrossEntropy, softCrossEntropy } from '../../losses';
import { type ParameterSpec, type Role, backbonePrefix, extractPatchMean, ownedSpecs } from '../../model';
import { WeightScope } from '../../nn';
import { endForward, stage } from '../../tensor/stage';
import { tf } from '../../tensor/native';
import { type AdamwFactors, adamw } from '../../train/optimiser/adamw';
import { clipPerTensor } from '../../train/optimiser/clip';
import type { EngineFunction } from '../../train/engine/engine';
import type { StateTensors } from '../../train/state/state';
import { type TrainedSpec, classifierSpecs, classify } from './classifier';
import { branchScales } from './dropout';

/*
 * Arithmetic of training a classifier, as pure functions of tensors that run op by op or as a traced graph. B clips, D
 * width, K classes, L blocks.
 */

/** Parameters of a graph. */
export interface ClassifierPlan {
  readonly config: XkdConfig;
  readonly tower: { readonly modality: Modality; readonly role: Role };
  readonly multiLabel: boolean;
  /** Maximum gradient norm per tensor; 0: no clipping. */
  readonly clip: number;
}

/** Weights, named as in a network without shared towers. */
export type TowerWeights = ReadonlyMap<string, tf.Tensor>;

/** Inputs of the logits. */
export interface ClassifierInputs {
  readonly plan: ClassifierPlan;
  /** Weights of the classifier, and of the backbone if it is finetuned. */
  readonly weights: TowerWeights;
  /** Weights of the backbone if it is frozen. */
  readonly frozen: TowerWeights;
  /** Video `[B, 3, T, S, S]`, log-mel `[B, 1, M, C]`, or features `[B, D]`. */
  readonly view: tf.Tensor;
}

/** All inputs of a step. */
export interface SupervisedStepInputs extends Omit<ClassifierInputs, 'weights'> {
  readonly state: StateTensors;
  /** `[B, K]` */
  readonly targets: tf.Tensor2D;
  /** Factors for the features, `[B, D]`; null: no dropout. */
  readonly dropout: tf.Tensor2D | null;
  /** Factors for the blocks' branches, `[L, 2, B]`; null: no drop path. */
  readonly dropPath: tf.Tensor3D | null;
  /** The optimiser's factors for each layer with parameters in the state, by layer number. */
  readonly layers: Readonly<Record<string, AdamwFactors>>;
}

/** All outputs of a step. */
export interface SupervisedStepOutputs {
  readonly state: StateTensors;
  /** Loss before the update: `[1]`. */
  readonly loss: tf.Tensor1D;
}

/** One step: forward, backward to the tensors in the state, clipping, AdamW layer by layer. */
export function computeSupervisedStep(inputs: SupervisedStepInputs): SupervisedStepOutputs {
  const { plan, state } = inputs;
  const names = [...state.weights.keys()];
  const { loss, gradients } = differentiateLoss(inputs, names);
  stage(loss); // A step with a non-finite loss ends here.
  const clipping =
    plan.clip === 0 ? new Map<string, tf.Scalar>() : clipPerTensor(gradients, plan.clip, () => true).factors;
  const specs = specsOf(plan, inputs.targets.shape[1]);
  const updated: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  for (const [layer, factors] of Object.entries(inputs.layers)) {
    const own = [...gradients].filter(([name]) => String(specs.get(name)!.layer) === layer);
    const moved = adamw(state, new Map(own), clipping, factors, specs);
    for (const group of ['weights', 'first', 'second'] as const) {
      moved[group].forEach((tensor, name) => updated[group].set(name, tensor));
    }
  }
  return { state: updated, loss };
}

/**
 * Class probabilities of each clip. They sum to 1; with several labels each is independent.
 *
 * @returns `[B, K]`
 */
export function computeProbabilities(inputs: ClassifierInputs): tf.Tensor2D {
  const logits = classify(featuresOf(inputs, null), inputs.weights);
  return inputs.plan.multiLabel ? tf.sigmoid(logits) : (tf.softmax(logits) as tf.Tensor2D);
}

/** {@link computeSupervisedStep} for an engine. */
export const supervisedStep: EngineFunction<SupervisedStepInputs, SupervisedStepOutputs> = {
  compute: computeSupervisedStep,
  reads: { state: 'state', frozen: 'frozen' },
  writes: { state: 'state' },
  precision: ({ plan }) => plan.config.training.precision,
};

/** {@link computeProbabilities} for an engine. */
export const probabilities: EngineFunction<ClassifierInputs, tf.Tensor2D> = {
  compute: computeProbabilities,
  reads: { weights: 'state/weights', frozen: 'frozen' },
  precision: ({ plan }) => plan.config.training.precision,
};

function differentiateLoss(
  inputs: SupervisedStepInputs,
  names: readonly string[],
): { loss: tf.Tensor1D; gradients: Map<string, tf.Tensor> } {
  const { plan, state, targets, dropout, dropPath, frozen } = inputs;
  const see = (): tf.Tensor2D => featuresOf({ ...inputs, weights: state.weights }, dropPath);
  // A frozen backbone runs outside the tape, so that no gradients are computed for it.
  const fixed = frozen.size > 0 ? see() : null;
  const crossEntropy = plan.multiLabel ? binaryCrossEntropy : softCrossEntropy;
  const { value, grads } = tf.engine().gradients(
    () => {
      const features = fixed ?? see();
      const seen = dropout === null ? features : (tf.mul(features, dropout) as tf.Tensor2D);
      const loss = crossEntropy(classify(seen, state.weights), targets);
      endForward();
      return loss;
    },
    names.map((name) => state.weights.get(name)!),
    undefined,
    true,
  );
  const gradients = new Map<string, tf.Tensor>();
  names.forEach((name, i) => {
    // Undefined for a parameter that does not affect the loss, despite the type.
    if (grads[i] as tf.Tensor | undefined) gradients.set(name, grads[i]);
  });
  return { loss: tf.reshape(value, [1]), gradients };
}

/** Parameters of a tower's backbone. */
export function backboneSpecs(
  config: XkdConfig,
  { modality, role }: ClassifierPlan['tower'],
): ParameterSpec[] {
  return ownedSpecs(config, backbonePrefix(modality, role));
}

/** Parameters of the backbone and of its classifier, by name. */
function specsOf({ config, tower }: ClassifierPlan, classes: number): ReadonlyMap<string, TrainedSpec> {
  const classifier = classifierSpecs(config.encoder, classes);
  return new Map(
    [...backboneSpecs(config, tower), ...classifier].map((spec: TrainedSpec) => [spec.name, spec]),
  );
}

/** Mean patch tokens of the view; features are passed through. */
function featuresOf(
  { plan: { config, tower }, weights, frozen, view }: ClassifierInputs,
  dropPath: tf.Tensor3D | null,
): tf.Tensor2D {
  if (view.rank === 2) return view as tf.Tensor2D;
  const scope = new WeightScope((name) => weights.get(name) ?? frozen.get(name));
  return extractPatchMean(config, scope, tower, view, dropPath === null ? undefined : branchScales(dropPath));
}
