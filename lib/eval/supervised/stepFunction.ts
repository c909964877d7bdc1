import type { Modality, XkdConfig } from '../../config';
import { binaryCrossEntropy, softCrossEntropy } from '../../losses';
import { type Role, extractPatchMean } from '../../model';
import { WeightScope } from '../../nn';
import { endForward, stage } from '../../tensor/graph';
import { tf } from '../../tensor/native';
import { type AdamwFactors, adamw } from '../../train/adamw';
import { clipPerTensor } from '../../train/clip';
import type { StateTensors } from '../../train/state';
import { classify } from './classifier';
import { branchScales } from './dropout';
import { layerOf } from './layerDecay';

/*
 * The arithmetic of training a classifier as pure functions of tensors, which run op by op or as a traced graph. B clips,
 * D width, K classes, L blocks.
 */

/** What a graph is made for. */
export interface ClassifierPlan {
  readonly config: XkdConfig;
  readonly tower: { readonly modality: Modality; readonly role: Role };
  readonly multiLabel: boolean;
  /** Largest gradient norm of a tensor; 0: no clipping. */
  readonly clip: number;
}

/** Weights by the names of the tower in a network that shares nothing. */
export type TowerWeights = ReadonlyMap<string, tf.Tensor>;

/** What logits are made from. */
export interface ClassifierInputs {
  readonly plan: ClassifierPlan;
  /** The classifier's, and the backbone's where it is finetuned. */
  readonly weights: TowerWeights;
  /** The backbone's where it stands still. */
  readonly frozen: TowerWeights;
  /** Video `[B, 3, T, S, S]`, log-mel `[B, 1, M, C]`, or features `[B, D]`. */
  readonly view: tf.Tensor;
}

/** Everything that a step reads. */
export interface SupervisedStepInputs extends Omit<ClassifierInputs, 'weights'> {
  readonly state: StateTensors;
  /** `[B, K]` */
  readonly targets: tf.Tensor2D;
  /** Factors of the features `[B, D]`; null: none is dropped. */
  readonly dropout: tf.Tensor2D | null;
  /** Factors of the blocks' branches `[L, 2, B]`; null: none is dropped. */
  readonly dropPath: tf.Tensor3D | null;
  /** The optimiser's factors for each layer that has parameters in the state, by its number. */
  readonly layers: Readonly<Record<string, AdamwFactors>>;
}

/** Everything that a step makes. */
export interface SupervisedStepOutputs {
  readonly state: StateTensors;
  /** Before the update: `[1]`. */
  readonly loss: tf.Tensor1D;
}

/** One step: forward, backward to what is in the state, clipping, AdamW layer by layer. */
export function computeSupervisedStep(inputs: SupervisedStepInputs): SupervisedStepOutputs {
  const { plan, state } = inputs;
  const names = [...state.weights.keys()];
  const { loss, gradients } = differentiateLoss(inputs, names);
  stage(loss); // A step whose loss is not finite ends here.
  const clipping =
    plan.clip === 0 ? new Map<string, tf.Scalar>() : clipPerTensor(gradients, plan.clip, () => true).factors;
  const updated: StateTensors = { weights: new Map(), first: new Map(), second: new Map() };
  for (const [layer, factors] of Object.entries(inputs.layers)) {
    const own = [...gradients].filter(([name]) => String(layerOf(name, plan.config.encoder.depth)) === layer);
    const moved = adamw(state, new Map(own), clipping, factors);
    for (const group of ['weights', 'first', 'second'] as const) {
      moved[group].forEach((tensor, name) => updated[group].set(name, tensor));
    }
  }
  return { state: updated, loss };
}

/**
 * What a classifier says of each clip: shares that sum to 1, or of several labels each by itself.
 *
 * @returns `[B, K]`
 */
export function computeProbabilities(inputs: ClassifierInputs): tf.Tensor2D {
  const logits = classify(featuresOf(inputs, null), inputs.weights);
  return inputs.plan.multiLabel ? tf.sigmoid(logits) : (tf.softmax(logits) as tf.Tensor2D);
}

function differentiateLoss(
  inputs: SupervisedStepInputs,
  names: readonly string[],
): { loss: tf.Tensor1D; gradients: Map<string, tf.Tensor> } {
  const { plan, state, targets, dropout, dropPath, frozen } = inputs;
  const see = (): tf.Tensor2D => featuresOf({ ...inputs, weights: state.weights }, dropPath);
  // A backbone that stands still is run outside the tape, so that no gradient work is done for it.
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
    // A parameter without a part in the loss has none, whatever the type says.
    if (grads[i] as tf.Tensor | undefined) gradients.set(name, grads[i]);
  });
  return { loss: tf.reshape(value, [1]), gradients };
}

/** Patch means of the view; features stay as they are. */
function featuresOf(
  { plan: { config, tower }, weights, frozen, view }: ClassifierInputs,
  dropPath: tf.Tensor3D | null,
): tf.Tensor2D {
  if (view.rank === 2) return view as tf.Tensor2D;
  const scope = new WeightScope((name) => weights.get(name) ?? frozen.get(name));
  return extractPatchMean(config, scope, tower, view, dropPath === null ? undefined : branchScales(dropPath));
}
