import type { NdArray } from '../data';
import type { Network } from '../eval';
import { crossModalWeights, encode, towerName } from '../model';
import type { Modality } from '../config';
import { tf } from '../tensor/native';

/** Patch weights of one clip, each list in token order. */
export interface PatchWeights {
  readonly video: Float32Array;
  readonly audio: Float32Array;
}

export interface TeacherAttention {
  /** Attention of the class token, averaged over heads. */
  readonly before: PatchWeights;
  /** Weights by which refinement multiplies the patch features, averaged over heads. */
  readonly after: PatchWeights;
}

/**
 * Where both teachers attend in a clip, and the weights that cross-modal attention derives from it
 * (docs/method.md, section 5).
 *
 * @param video global view `[1, 3, T, S, S]`
 * @param audio global view `[1, 1, M, C]`
 * @param mode of refinement; default: the configuration's, or `mean` if that is `none`
 *
 * @example
 * ```ts
 * import { configure, teacherAttention, TrainState } from 'xkd';
 *
 * const state = TrainState.create(configure('nano'));
 * const video = { data: new Float32Array(3 * 8 * 32 * 32), shape: [1, 3, 8, 32, 32] };
 * const audio = { data: new Float32Array(32 * 32), shape: [1, 1, 32, 32] };
 * const { before } = teacherAttention(state, video, audio);
 * // One weight per patch: 4 x 4 x 4 of the video, 4 x 8 of the spectrogram.
 * console.log(before.video.length, before.audio.length); // 64 32
 * state.dispose();
 * ```
 */
export function teacherAttention(
  network: Network,
  video: NdArray,
  audio: NdArray,
  mode: 'mean' | 'softmax' = network.config.refinement === 'softmax' ? 'softmax' : 'mean',
): TeacherAttention {
  return tf.tidy(() => {
    const look = (modality: Modality, { data, shape }: NdArray) => {
      const backbone = network.scope.at(towerName(modality, 'teacher'), 'backbone');
      return encode(network.config, backbone, modality, tf.tensor(data, [...shape])).classAttention();
    };
    const [seen, heard] = [look('video', video), look('audio', audio)]; // [1, H, N]
    const refined = crossModalWeights(seen, heard, mode);
    return {
      before: { video: overHeads(seen), audio: overHeads(heard) },
      after: { video: overHeads(refined.video), audio: overHeads(refined.audio) },
    };
  });
}

function overHeads(weights: tf.Tensor3D): Float32Array {
  return tf.mean(weights, 1).dataSync<'float32'>();
}
