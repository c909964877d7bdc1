import { drawMix, mixTargets, mixViews, type MediaEntry, type NdArray } from '../../data';
import { UserError } from '../../errors';
import { layerCount } from '../../model';
import { RandomStream } from '../../random';
import { leavesOf } from '../../tensor/graph';
import { tf } from '../../tensor/native';
import { scalarsOf } from '../../tensor/scalars';
import { type AdamwFactors, adamwFactors } from '../../train/optimiser/adamw';
import type { Engine } from '../../train/engine/engine';
import { warmupCosine } from '../../train/optimiser/schedules';
import { nothingLearntYet } from '../../train/step/step';
import { drawDropPath, drawDropout } from './dropout';
import { layerRate } from './layerDecay';
import type { SupervisedSettings } from './settings';
import { backboneWeights, type ClassifierSetup, type ClassifierState } from './state';
import { type SupervisedStepInputs, supervisedStep } from './stepFunction';
import type { ClassList } from '../protocols/fileMetrics';
import { targetsOf } from './targets';

/** Settings of a step. The linear probe lacks the last two. */
export type StepSettings = SupervisedSettings & { readonly layerDecay?: number; readonly dropPath?: number };

/** Length of a training in steps. */
export interface TrainingLength {
  readonly stepsPerEpoch: number;
  readonly steps: number;
}

export interface StepArgs {
  readonly setup: ClassifierSetup;
  readonly settings: StepSettings;
  readonly length: TrainingLength;
  readonly list: ClassList;
}

/** Learning rate of the last layer in a step. */
export function learningRateAt(
  { warmupEpochs, learningRate }: SupervisedSettings,
  step: number,
  { stepsPerEpoch, steps }: TrainingLength,
): number {
  return warmupCosine(step, steps, warmupEpochs * stepsPerEpoch, learningRate);
}

/**
 * Takes one step on a batch. The state is changed in place, unless the loss is not finite.
 *
 * @returns the loss before the update
 * @throws UserError that names the step if the loss is not finite
 */
export async function takeStep(
  args: StepArgs,
  state: ClassifierState,
  engine: Engine,
  clips: { readonly view: NdArray; readonly entries: readonly MediaEntry[] },
): Promise<number> {
  const inputs = stepInputs(args, state, clips);
  const { view, targets, dropout, dropPath, layers } = inputs;
  try {
    const collect = await engine.run(supervisedStep, inputs);
    return state.advance(collect, (outputs) => {
      const [loss] = outputs.loss.dataSync();
      if (Number.isFinite(loss)) return loss;
      const wayOut =
        state.step === 0
          ? nothingLearntYet
          : `begin again with a lower learningRate than ${args.settings.learningRate}.`;
      throw new UserError(`The loss is ${loss} at step ${state.step}: ${wayOut}`);
    });
  } finally {
    leavesOf({ view, targets, dropout, dropPath, layers }).forEach((tensor) => tensor.dispose());
  }
}

function stepInputs(
  { setup, settings, length, list }: StepArgs,
  state: ClassifierState,
  clips: { readonly view: NdArray; readonly entries: readonly MediaEntry[] },
): SupervisedStepInputs {
  const { plan, finetunes, seed, network } = setup;
  const { step } = state;
  const { shape } = clips.view;
  const seeds = RandomStream.fromSeed(seed);
  const labels = targetsOf(clips.entries, list, settings.labelSmoothing);
  const [height, width] = shape.slice(-2);
  const mix = drawMix(seeds.split('mix', step), settings, height, width);
  const view = mix === null ? clips.view : mixViews(clips.view, mix);
  const targets = mix === null ? labels : mixTargets(labels, mix);
  const [batch, features, depth] = [shape[0], network.config.encoder.width, network.config.encoder.depth];
  const { dropout, dropPath = 0 } = settings;
  const isSeen = view.shape.length > 2;
  return {
    plan,
    state: state.tensors,
    frozen: finetunes || !isSeen ? new Map() : backboneWeights(setup),
    view: toTensor(view),
    targets: toTensor(targets) as tf.Tensor2D,
    dropout:
      dropout === 0
        ? null
        : tf.tensor2d(drawDropout(seeds.split('dropout', step), batch * features, dropout), [
            batch,
            features,
          ]),
    dropPath:
      dropPath === 0
        ? null
        : tf.tensor3d(drawDropPath(seeds.split('dropPath', step), depth, batch, dropPath), [depth, 2, batch]),
    layers: scalarsOf(layerFactors(setup, settings, learningRateAt(settings, step, length), step)),
  };
}

/** The optimiser's factors for each trained layer. */
function layerFactors(
  { optimiser, network, finetunes }: ClassifierSetup,
  { layerDecay = 1 }: StepSettings,
  learningRate: number,
  step: number,
): Record<string, AdamwFactors<number>> {
  const { encoder } = network.config;
  const last = layerCount(encoder) - 1;
  const layers = finetunes ? Array.from({ length: last + 1 }, (_, layer) => layer) : [last];
  const counts = { lastLayer: step, others: step };
  const factors = layers.map((layer) => {
    const rate = learningRate * layerRate(layer, encoder.depth, layerDecay);
    return [String(layer), adamwFactors(optimiser, rate, counts)];
  });
  return Object.fromEntries(factors) as Record<string, AdamwFactors<number>>;
}

function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(data, [...shape]);
}
