import { type Modality, type NetworkStructure, fullGrid, viewGrid } from '../config';
import {
  type Attended,
  type BranchScale,
  type WeightScope,
  layerNorm,
  linear,
  patchifyAudio,
  patchifyVideo,
  resamplePositions,
  transformer,
} from '../nn';
import { takeRows, takeTokens } from '../tensor/gather';
import { tf } from '../tensor/native';
import { patchEmbeddingName } from './backboneLayout';
import type { MaskTensors } from './masking';

/*
 * B batch, L tokens of the view, K kept tokens, N encoded patches (L, or K under a mask), R registers, D encoder width,
 * P values of a patch.
 */

/**
 * Cuts a view into patch values.
 *
 * @param view video `[B, 3, T, S, S]` or log-mel `[B, 1, M, F]`
 * @returns `[B, L, P]`
 */
export function patchify(config: NetworkStructure, modality: Modality, view: tf.Tensor): tf.Tensor3D {
  return modality === 'video' ? patchifyVideo(view, config.patch) : patchifyAudio(view, config.patch);
}

/**
 * Output of a backbone for a view of N patches: all that heads, decoders, refinement and figures use. Its `attention`
 * covers the whole sequence, including registers.
 */
export interface Encoded extends Attended {
  /** After the final norm, class token first: `[B, 1 + N, D]`. */
  readonly tokens: tf.Tensor3D;
  /** Attention of the class token to the patches in the last block: `[B, H, N]`. Computed on demand. */
  readonly classAttention: () => tf.Tensor3D;
}

/**
 * The encoder of one tower (docs/method.md, sections 1 and 2): patch embedding, positions, class token, registers, blocks,
 * norm. Registers are removed before the norm.
 *
 * @param backbone scope such as `vid_student.backbone`
 * @param view video `[B, 3, T, S, S]` or log-mel `[B, 1, M, F]`, global or local
 * @param mask tokens to keep; the others are not computed at all
 * @param scales factors of the blocks' branches, for drop path
 * @returns tokens of all patches, or of the K kept ones, and the last block's attention
 */
export function encode(
  config: NetworkStructure,
  backbone: WeightScope,
  modality: Modality,
  view: tf.Tensor,
  mask?: MaskTensors,
  scales?: readonly BranchScale[],
): Encoded {
  const positions = viewPositions(config, backbone, modality, view.shape); // [1, 1 + L, D]
  const [classPosition, patchPositions] = tf.split(positions, [1, positions.shape[1]! - 1], 1);
  const batch = view.shape[0];
  const allPatches = patchify(config, modality, view); // [B, L, P]
  const patches = mask === undefined ? allPatches : takeTokens(allPatches, mask.keptRows); // [B, K, P]
  const embedding = backbone.at(patchEmbeddingName(modality), 'proj');
  const embedded = linear(patches, embedding.get('weight'), embedding.get('bias')); // [B, K, D]
  const placed = tf.add(embedded, mask === undefined ? patchPositions : keptPositions(patchPositions, mask));
  const classToken = tf.tile(tf.add(backbone.get('cls_token'), classPosition), [batch, 1, 1]); // [B, 1, D]
  const tokens = tf.concat([classToken, placed, ...registers(config, backbone, batch)], 1); // [B, 1 + K + R, D]
  const encoded = transformer(tokens as tf.Tensor3D, backbone.at('encoder.blocks'), config.encoder, scales);
  const read = withoutRegisters(config, encoded.tokens); // [B, 1 + K, D]
  const norm = backbone.at('encoder_norm');
  const normed = layerNorm(read, norm.get('weight'), norm.get('bias')) as tf.Tensor3D;
  return {
    tokens: normed,
    attention: encoded.attention,
    classAttention: () => classAttention(encoded.attention(1), patches.shape[1]),
  };
}

/** Learned tokens without positions, the same for each clip (Darcet et al. 2024): `[B, R, D]`; none if R is 0. */
function registers({ encoder }: NetworkStructure, backbone: WeightScope, batch: number): tf.Tensor[] {
  return encoder.registers === 0 ? [] : [tf.tile(backbone.get('register_tokens'), [batch, 1, 1])];
}

/** Removes the registers, which are the last tokens: `[B, 1 + N + R, D]` to `[B, 1 + N, D]`. */
function withoutRegisters({ encoder }: NetworkStructure, tokens: tf.Tensor3D): tf.Tensor3D {
  if (encoder.registers === 0) return tokens;
  return tf.slice(tokens, [0, 0, 0], [-1, tokens.shape[1] - encoder.registers, -1]);
}

/** Attention of the class token, which comes first, to the patches: `[B, H, Q, 1 + N + R]` to `[B, H, N]`. */
export function classAttention(attention: tf.Tensor4D, patches: number): tf.Tensor3D {
  const row = tf.slice(attention, [0, 0, 0, 1], [-1, -1, 1, patches]);
  return tf.squeeze(row, [2]);
}

/** Tokens without the class token: `[B, 1 + L, D]` to `[B, L, D]`. */
export function patchTokens(tokens: tf.Tensor3D): tf.Tensor3D {
  return tf.slice(tokens, [0, 1, 0], [-1, -1, -1]);
}

/** Mean of the patch tokens, without the class token: `[B, 1 + L, D]` to `[B, D]`. */
export function patchMean(tokens: tf.Tensor3D): tf.Tensor2D {
  return tf.mean(patchTokens(tokens), 1);
}

/** Positions of a view: those of the global view, resampled if the view has fewer tokens. */
function viewPositions(
  config: NetworkStructure,
  backbone: WeightScope,
  modality: Modality,
  shape: readonly number[],
): tf.Tensor {
  const full = fullGrid(config, modality);
  const kernel = modality === 'video' ? 'linear' : 'cubic';
  return resamplePositions(backbone.get('enc_pos_embed'), full, viewGrid(config, modality, shape), kernel);
}

/** Positions of the kept tokens: `[1, L, D]` to `[B, K, D]`. */
function keptPositions(positions: tf.Tensor, { kept, keptTokens }: MaskTensors): tf.Tensor {
  const rows = takeRows(tf.squeeze(positions, [0]), keptTokens); // [B K, D]
  return tf.reshape(rows, [-1, kept, positions.shape[2]!]);
}
