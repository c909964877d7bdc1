import type { Modality } from '../config';
import type { NdArray } from '../data';
import type { Network } from '../eval';
import { encode, towerName, type Role } from '../model';
import { tf } from '../tensor/native';
import type { PatchWeights } from './attentionView';

export interface HeadLooksArgs {
  readonly network: Network;
  readonly role: Role;
  /** Global views of one clip, `[1, 3, T, S, S]` and `[1, 1, M, C]`. */
  readonly video: NdArray;
  readonly audio: NdArray;
}

/** Attention of one head, or the mean over all of them. */
export interface Look {
  readonly name: string;
  readonly values: PatchWeights;
}

/**
 * Attention of the class token over the patches in the last block: first the mean over heads, then each head.
 * If the towers share their blocks, a head has the same weights for frames and for sound.
 */
export function headLooks({ network, role, video, audio }: HeadLooksArgs): Look[] {
  const [seen, heard] = [attention(network, role, 'video', video), attention(network, role, 'audio', audio)];
  const heads = seen.map((head, h) => ({ name: `head ${h + 1}`, values: { video: head, audio: heard[h] } }));
  return [{ name: 'mean', values: { video: meanOf(seen), audio: meanOf(heard) } }, ...heads];
}

function attention(
  { config, scope }: Network,
  role: Role,
  modality: Modality,
  { data, shape }: NdArray,
): Float32Array[] {
  return tf.tidy(() => {
    const backbone = scope.at(towerName(modality, role), 'backbone');
    const { classAttention } = encode(config, backbone, modality, tf.tensor(data, [...shape]));
    const heads = tf.squeeze<tf.Tensor2D>(classAttention(), [0]); // [H, N]
    return tf.unstack(heads).map((head) => head.dataSync<'float32'>());
  });
}

function meanOf(heads: readonly Float32Array[]): Float32Array {
  return heads[0].map((_, i) => heads.reduce((sum, head) => sum + head[i], 0) / heads.length);
}
