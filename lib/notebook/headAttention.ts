import type { Modality } from '../config';
import type { NdArray } from '../data';
import type { Network } from '../eval';
import { classAttention, encode, towerName, type Role } from '../model';
import { tf } from '../tensor/native';

export interface HeadAttentionArgs {
  readonly network: Network;
  readonly role: Role;
  readonly modality: Modality;
  /** Global view of one clip, `[1, 3, T, S, S]` or `[1, 1, M, C]`. */
  readonly view: NdArray;
}

/** Attention of the class token over the patches in the last block, head by head, each in token order. */
export function headAttention({ network, role, modality, view }: HeadAttentionArgs): Float32Array[] {
  return tf.tidy(() => {
    const backbone = network.scope.at(towerName(modality, role), 'backbone');
    const input = tf.tensor(view.data, [...view.shape]);
    const { attention } = encode(network.config, backbone, modality, input);
    const heads = tf.squeeze<tf.Tensor2D>(classAttention(attention), [0]); // [H, N]
    return tf.unstack(heads).map((head) => head.dataSync<'float32'>());
  });
}
