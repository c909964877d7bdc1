import { type XkdConfig, viewShapes } from '../../config';
import { stageValues } from '../../tensor/stage';
import { sizeOf } from './flops';
import type { ParameterCounts } from './parameterParts';
import type { StepCost } from './stepCost';

/** Bytes of a value in single precision. */
const valueBytes = 4;

/** Memory of a training step in bytes: an estimate ({@link estimateMemory}). */
export interface MemoryEstimate {
  /** Weights of students, heads and decoders, including the fixed gains. */
  readonly weights: number;
  /** The teachers' weights, and the centres. */
  readonly teachers: number;
  /** Both moments of the optimiser. */
  readonly moments: number;
  readonly gradients: number;
  /** New weights and moments of one stage of the update, before the old ones are freed. */
  readonly updated: number;
  /** All views of the batch. */
  readonly batch: number;
  /** Values that the forward pass keeps for the backward pass, for the clips processed together. */
  readonly activations: number;
  readonly activationsPerClip: number;
  /** weights + teachers + moments + gradients + batch + max(activations, updated). */
  readonly peak: number;
}

export const memoryFormula =
  'peak = weights + teachers + moments + gradients + batch + max(activations, updated)';

/**
 * Memory of a step that runs as one graph on a CPU, with the state in its variables: only TensorFlow's tensors. The
 * activations are the values passed from the forward to the backward ops, without those that the graph recomputes. On a GPU,
 * which lacks this project's own ops, they are more than twice as many, and attention's for all pairs of tokens. Temporary
 * memory of single operations is left out. A process takes more: Node, TensorFlow, the graph, and what TensorFlow keeps
 * for its next step (`npm run bench` measures it). For `base` at batch 8 this gives 5.8 GB.
 *
 * @param step cost of one pass of `clips` clips
 */
export function estimateMemory(
  config: XkdConfig,
  counts: ParameterCounts,
  step: StepCost,
  clips: number,
): MemoryEstimate {
  const ofTeachers = counts.parts.filter(({ role }) => role === 'teacher');
  const teacherWeights = valueBytes * ofTeachers.reduce((sum, { total }) => sum + total, 0);
  const weights = valueBytes * counts.total - teacherWeights;
  const teachers = teacherWeights + valueBytes * counts.centres;
  const moments = 2 * valueBytes * counts.trainable;
  const moved = valueBytes * step.gradientValues;
  // With accumulation, the sum over the earlier micro-batches is kept in addition to a micro-batch's own gradients.
  const gradients = (config.training.accumulate > 1 ? 2 : 1) * moved;
  const updated = 3 * Math.min(moved, valueBytes * stageValues);
  const batch = valueBytes * config.training.batch * clipValues(config);
  const activations = valueBytes * step.parts.reduce((sum, { keptValues }) => sum + keptValues, 0);
  return {
    weights,
    teachers,
    moments,
    gradients,
    updated,
    batch,
    activations,
    activationsPerClip: activations / clips,
    peak: weights + teachers + moments + gradients + batch + Math.max(activations, updated),
  };
}

/** Number of values in all views of one clip. */
function clipValues(config: XkdConfig): number {
  const { video, audio } = viewShapes(config);
  return [...video, ...audio].reduce((sum, shape) => sum + sizeOf({ shape }), 0);
}
