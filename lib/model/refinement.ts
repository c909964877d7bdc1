import type { XkdConfig } from '../config';
import { tf } from '../tensor/native';
import type { Encoded } from './backbone';

/*
 * B batch, H heads, Nv video patches, Na audio patches, D width.
 */

/** Weights of the patches of both modalities after cross-modal attention. */
export interface CrossModalWeights {
  /** `[B, H, Nv]` */
  readonly video: tf.Tensor3D;
  /** `[B, H, Na]` */
  readonly audio: tf.Tensor3D;
}

/**
 * Cross-modal attention (docs/method.md, section 5). With C = Av^T Aa, the mean of C over audio patches is Av mean(Aa) and
 * the mean over video patches is Aa mean(Av), so C itself is never built.
 *
 * @param video class-token attention of the video teacher `[B, H, Nv]`
 * @param audio class-token attention of the audio teacher `[B, H, Na]`
 * @param mode `mean`: divide by the mean of the modality's own attention; `softmax`: softmax over its own patches
 *
 * @example
 * ```ts
 * import { crossModalWeights, tf } from 'xkd';
 *
 * const weights = tf.tidy(() => {
 *   const video = tf.tensor3d([0.25, 0.75], [1, 1, 2]); // Mean 0.5
 *   const audio = tf.tensor3d([0.125, 0.125, 0.5], [1, 1, 3]); // Mean 0.25
 *   return crossModalWeights(video, audio, 'mean').video.arraySync();
 * });
 * console.log(weights); // [ [ [ 0.125, 0.375 ] ] ]
 * ```
 */
export function crossModalWeights(
  video: tf.Tensor3D,
  audio: tf.Tensor3D,
  mode: 'mean' | 'softmax',
): CrossModalWeights {
  const videoMean = tf.mean(video, -1, true); // [B, H, 1]
  const audioMean = tf.mean(audio, -1, true); // [B, H, 1]
  const overAudio = tf.mul(video, audioMean); // mean of C over audio patches [B, H, Nv]
  const overVideo = tf.mul(audio, videoMean); // mean of C over video patches [B, H, Na]
  if (mode === 'softmax') {
    return { video: tf.softmax(overAudio) as tf.Tensor3D, audio: tf.softmax(overVideo) as tf.Tensor3D };
  }
  return { video: tf.div(overAudio, videoMean), audio: tf.div(overVideo, audioMean) };
}

/**
 * Multiplies each patch feature by its weight, averaged over heads, and rescales so that the energy (sum of squares) of the
 * patch-mean feature is unchanged.
 *
 * @param features patch tokens `[B, N, D]`
 * @param weights `[B, H, N]`
 * @returns `[B, N, D]`
 *
 * @example
 * ```ts
 * import { refine, tf } from 'xkd';
 *
 * const refined = tf.tidy(() => {
 *   const features = tf.tensor3d([1, 3], [1, 2, 1]); // Mean 2
 *   const weights = tf.tensor3d([1, 5], [1, 1, 2]);
 *   return refine(features, weights).dataSync();
 * });
 * // Weighted: 1 and 15, with mean 8. Divided by 4, they have the mean 2 again.
 * console.log(Array.from(refined)); // [ 0.25, 3.75 ]
 * ```
 */
export function refine(features: tf.Tensor3D, weights: tf.Tensor3D): tf.Tensor3D {
  const weighted = tf.mul(features, tf.expandDims(tf.mean(weights, 1), -1)) as tf.Tensor3D; // [B, N, D]
  const scale = tf.sqrt(tf.div(energy(features), energy(weighted))); // [B, 1, 1]
  return tf.mul(weighted, scale);
}

/** Output of a teacher's backbone for its view. */
export interface TeacherSight extends Pick<Encoded, 'classAttention'> {
  /** Patch tokens `[B, L, D]`. */
  readonly features: tf.Tensor3D;
}

/** Refined patch features of both teachers; unchanged if refinement is off. */
export function refineTeachers(
  refinement: XkdConfig['refinement'],
  video: TeacherSight,
  audio: TeacherSight,
): { video: tf.Tensor3D; audio: tf.Tensor3D } {
  if (refinement === 'none') return { video: video.features, audio: audio.features };
  const weights = crossModalWeights(video.classAttention(), audio.classAttention(), refinement);
  return { video: refine(video.features, weights.video), audio: refine(audio.features, weights.audio) };
}

/** Sum of squares of the patch mean: `[B, N, D]` to `[B, 1, 1]`. */
function energy(features: tf.Tensor3D): tf.Tensor3D {
  return tf.sum(tf.square(tf.mean(features, 1, true)), -1, true);
}
