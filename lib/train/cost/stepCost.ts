import {
  type Modality,
  type XkdConfig,
  fullGrid,
  keptInView,
  modalities,
  stepStructure,
  tokenCount,
  viewShapes,
} from '../../config';
import { type MaskTensors, type ModelInputs, extractPatchMean, parameterSpecs } from '../../model';
import { cheapOps } from '../../tensor/stage';
import type { tf } from '../../tensor/native';
import { type MakeInput, type RecordedOp, recordOps } from '../../tensor/shapes';
import { computeAnswers } from '../answers';
import { differentiate } from '../step/differentiate';
import { lossHyperparameters } from '../optimiser/hyperparameters';
import { centreNames, weightScope } from '../state/state';
import { flopsOf, sizeOf } from './flops';

/*
 * The costs of a step, read from a record of its ops. The step itself runs, on tensors without values.
 */

/** Work of a part, forward and backward, in FLOPs. */
export interface Flops {
  readonly forward: number;
  readonly backward: number;
}

/** Work of one part of a step in a pass over some clips. */
export interface StepPart extends Flops {
  /** For example `video student: masked global view`. */
  readonly part: string;
  /** Number of values that it keeps for the backward pass. */
  readonly keptValues: number;
}

/** Costs of one pass of clips through the model and back. The update that follows has no products. */
export interface StepCost {
  /** Parts in the order of the step. */
  readonly parts: readonly StepPart[];
  /** Number of values of all gradients. */
  readonly gradientValues: number;
  /** Stored names of the weights that the pass reads. */
  readonly read: ReadonlySet<string>;
}

/** Any values will do. */
const temperatures = { student: 1, videoTeacher: 1, audioTeacher: 1 };

/**
 * Costs of a pass. Each is a polynomial of the number of clips, of degree 2 because alignment compares pairs, so records of
 * passes of 2, 3 and 4 clips give it for any number, exactly.
 *
 * @param clips clips of one pass: the batch, or with gradient accumulation a micro-batch
 */
export function stepCost(config: XkdConfig, clips: number): StepCost {
  if (clips <= 4) return recordPass(config, clips);
  const [two, three, four] = [2, 3, 4].map((few) => recordPass(config, few));
  const parts = two.parts.map(({ part }, i): StepPart => {
    const extrapolated = (figure: 'forward' | 'backward' | 'keptValues') => {
      const [a, b, c] = [two, three, four].map((cost) => cost.parts[i][figure]);
      return a + (clips - 2) * (b - a) + (((clips - 2) * (clips - 3)) / 2) * (a - 2 * b + c);
    };
    return {
      part,
      forward: extrapolated('forward'),
      backward: extrapolated('backward'),
      keptValues: extrapolated('keptValues'),
    };
  });
  return { ...two, parts };
}

/** Costs of a pass of just these clips, read from its record. */
export function recordPass(config: XkdConfig, clips: number): StepCost {
  let weights = new Map<string, tf.Tensor>();
  let gradientValues = 0;
  const ops = recordOps((input) => {
    weights = weightsOf(config, input);
    const inputs = shapedInputs(config, clips, input);
    const numbers = lossHyperparameters(config, temperatures);
    const result = differentiate(stepStructure(config), weights, inputs, numbers);
    gradientValues = [...result.gradients.values()].reduce((sum, { size }) => sum + size, 0);
    return result;
  });
  const readIds = new Set(ops.flatMap(({ inputs }) => inputs.map(({ dataId }) => dataId)));
  const read = new Set([...weights.keys()].filter((name) => readIds.has(weights.get(name)!.dataId)));
  return { parts: partsOf(ops), gradientValues, read };
}

/** FLOPs of one clip's features from its global view. */
export function featureFlops(config: XkdConfig, modality: Modality): number {
  const tower = { modality, role: 'student' } as const;
  const ops = recordOps((input) => {
    const scope = weightScope(config, weightsOf(config, input));
    return extractPatchMean(config, scope, tower, input([1, ...viewShapes(config)[modality][0]]));
  });
  return total(flopsOf(ops));
}

/** Work of all towers on whole clips, forward only, as a share of a training step's work. */
export function probeShare(config: XkdConfig, clips: number): number {
  const { batch, accumulate } = config.training;
  const probe = recordOps((input) => {
    const [video, audio] = modalities.map((m) => input([clips, ...viewShapes(config)[m][0]]));
    const weights = weightsOf(config, input);
    return computeAnswers({
      structure: stepStructure(config),
      weights,
      views: { video, audio },
      temperatures,
    });
  });
  const { parts } = stepCost(config, batch / accumulate);
  return (
    total(flopsOf(probe)) / (accumulate * total(parts.map(({ forward, backward }) => forward + backward)))
  );
}

/** Weights and centres, by stored name. */
function weightsOf(config: XkdConfig, input: MakeInput): Map<string, tf.Tensor> {
  const centres = Object.values(centreNames).map((name) => ({ name, shape: [1, config.projector.outputs] }));
  return new Map([...parameterSpecs(config), ...centres].map(({ name, shape }) => [name, input(shape)]));
}

/** Views and masks of some clips. */
function shapedInputs(config: XkdConfig, clips: number, input: MakeInput): ModelInputs {
  const shapes = viewShapes(config);
  const views = (modality: Modality) => shapes[modality].map((shape) => input([clips, ...shape]));
  const mask = (modality: Modality): MaskTensors => {
    const kept = keptInView(config, modality);
    const tokens = tokenCount(fullGrid(config, modality));
    const rows = (count: number) => input([clips * count], 'int32') as tf.Tensor1D;
    return {
      kept,
      keptTokens: rows(kept),
      keptRows: rows(kept),
      removedRows: rows(tokens - kept),
      sourceRows: rows(tokens),
    };
  };
  return {
    views: { video: views('video'), audio: views('audio') },
    masks: { video: mask('video'), audio: mask('audio') },
  };
}

/** Work of each part, and the values that its ops make in the forward pass and others read in the backward pass. */
function partsOf(ops: readonly RecordedOp[]): StepPart[] {
  const readBackward = new Set(
    ops.flatMap(({ isBackward, inputs }) => (isBackward ? inputs.map(({ dataId }) => dataId) : [])),
  );
  const flops = flopsOf(ops);
  const parts = new Map<string, StepPart>();
  ops.forEach(({ op, part, isBackward, outputs }, i) => {
    const before = parts.get(part) ?? { part, forward: 0, backward: 0, keptValues: 0 };
    const [forward, backward] = isBackward ? [0, flops[i]] : [flops[i], 0];
    // The graph recomputes the first output of a cheap op in the backward pass.
    const kept = outputs.filter(
      ({ dataId }, output) => !isBackward && readBackward.has(dataId) && !(output === 0 && cheapOps.has(op)),
    );
    parts.set(part, {
      part,
      forward: before.forward + forward,
      backward: before.backward + backward,
      keptValues: before.keptValues + total(kept.map(sizeOf)),
    });
  });
  return [...parts.values()];
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
