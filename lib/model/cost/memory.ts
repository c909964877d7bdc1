import { type XkdConfig, clipFrames } from '../../config';
import type { ParameterCounts } from './parameterParts';
import type { StepPart } from './stepParts';

/** Bytes of a value in single precision. */
const valueBytes = 4;

/** Memory of a training step in bytes: an estimate, within 30 % of what was measured ({@link estimateMemory}). */
export interface MemoryEstimate {
  /** Weights of students, heads and decoders, the fixed gains included. */
  readonly weights: number;
  /** The teachers' weights, and the centres. */
  readonly teachers: number;
  /** Both moments of the optimiser. */
  readonly moments: number;
  readonly gradients: number;
  /** New weights, moments and teachers, which stand beside the old ones until the step is done. */
  readonly updated: number;
  /** All views of the batch. */
  readonly batch: number;
  /** What the forward pass keeps for the backward pass, of the clips that go through together. */
  readonly activations: number;
  readonly activationsPerClip: number;
  /** weights + teachers + moments + gradients + batch + max(activations, updated). */
  readonly peak: number;
}

export const memoryFormula =
  'peak = weights + teachers + moments + gradients + batch + max(activations, updated)';

/**
 * Memory of a step that runs as one graph: TensorFlow's tensors alone. The activations are, to 1 %, the values that
 * pass from the forward to the backward ops of the recorded graph; what single operations take for a moment is left
 * out. A process takes more: 0.4 GB for Node with TensorFlow, and up to 0.6 GB for a deep model's graph.
 *
 * How close it is: peak resident memory of later steps above that at rest (Linux, `TF_ENABLE_ONEDNN_OPTS=0`, with
 * which TensorFlow hands memory back) beside gradients + max(activations, updated), in MiB. nano at batch 64, 96, 192:
 * 145, 192, 358 measured, 131, 195, 388 estimated; tiny at batch 1, 3, 5: 283, 632, 744 measured, 265, 457, 726
 * estimated. So within 30 %; the order in which TensorFlow's threads take operations makes the difference.
 *
 * @param parts what one pass of `clips` clips does
 */
export function estimateMemory(
  config: XkdConfig,
  counts: ParameterCounts,
  parts: readonly StepPart[],
  clips: number,
): MemoryEstimate {
  const bytesOf = (role: string) =>
    valueBytes *
    counts.parts
      .filter(({ owners }) => owners.some((owner) => owner.endsWith(role)))
      .reduce((sum, { total }) => sum + total, 0);
  const teacherWeights = bytesOf('_teacher');
  const weights = valueBytes * counts.total - teacherWeights;
  const teachers = teacherWeights + valueBytes * counts.centres;
  const moments = 2 * valueBytes * counts.trainable;
  const moved =
    valueBytes * counts.parts.reduce((sum, { used, trainable }) => sum + (used ? trainable : 0), 0);
  // With accumulation the sum of the parts before stands beside a part's own gradients.
  const gradients = (config.training.accumulate > 1 ? 2 : 1) * moved;
  const updated = 3 * moved + teachers;
  const batch = valueBytes * config.training.batch * clipValues(config);
  const activations = valueBytes * parts.reduce((sum, { keptValues }) => sum + keptValues, 0);
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

/** Values of all views of one clip. */
function clipValues({ views, spectrogram, ...config }: XkdConfig): number {
  const video = 3 * clipFrames({ views, spectrogram, ...config }) * config.clip.frameSize ** 2;
  const localVideo = 3 * views.frames * views.frameSize ** 2;
  const audio = spectrogram.melBands * spectrogram.columns;
  const localAudio = spectrogram.melBands * views.columns;
  return video + audio + views.local.video * localVideo + views.local.audio * localAudio;
}
