import type { Modality, NetworkStructure } from '../config';
import { type WeightScope, linear, transformer } from '../nn';
import { takeRows, takeTokens } from '../tensor/gather';
import { tf } from '../tensor/native';
import { inPart } from '../tensor/parts';
import { encode, patchTokens } from './backbone';
import type { MaskTensors } from './masking';
import { autoencoderName, towerName } from './parameters';

/*
 * B batch, L tokens, K kept tokens, R = L - K removed tokens, D encoder width, E decoder width, P patch values.
 */

/** Result of masked reconstruction. */
export interface Reconstruction {
  /** The student's tokens of the kept patches, class token first, after the final norm: `[B, 1 + K, D]`. */
  readonly latent: tf.Tensor3D;
  /** Predicted (normalised) patch values of the requested tokens: `[B, R, P]` or `[B, L, P]`. */
  readonly predicted: tf.Tensor3D;
}

/**
 * Masked autoencoder of one modality (docs/method.md, section 3): the student encodes the kept tokens, and the decoder
 * predicts the patch values. The last projection runs over the removed tokens only, since the loss uses no others.
 *
 * @param weights scope of the whole state
 * @param view global view `[B, 3, T, S, S]` or `[B, 1, M, F]`
 * @param predict `removed` for the loss, `all` for pictures
 */
export function reconstruct(
  config: NetworkStructure,
  weights: WeightScope,
  modality: Modality,
  view: tf.Tensor,
  mask: MaskTensors,
  predict: 'removed' | 'all' = 'removed',
): Reconstruction {
  const latent = encodeMasked(config, weights, modality, view, mask); // [B, 1 + K, D]
  const decoded = decode(config, weights.at(autoencoderName(modality)), latent, mask); // [B, L, E]
  const asked = predict === 'all' ? decoded : takeTokens(decoded, mask.removedRows);
  const predicted = optionalLinear(asked, weights.at(autoencoderName(modality), 'out_proj'));
  return { latent, predicted: predicted as tf.Tensor3D };
}

/** A student's tokens of its masked global view, class token first, after the final norm: `[B, 1 + K, D]`. */
export function encodeMasked(
  config: NetworkStructure,
  weights: WeightScope,
  modality: Modality,
  view: tf.Tensor,
  mask: MaskTensors,
): tf.Tensor3D {
  const backbone = weights.at(towerName(modality, 'student'), 'backbone');
  const part = `${modality} student: masked global view`;
  return inPart(part, () => encode(config, backbone, modality, view, mask).tokens);
}

/** Decoder tokens of all patches, without the class token: `[B, L, E]`. No final norm. */
function decode(
  config: NetworkStructure,
  decoder: WeightScope,
  latent: tf.Tensor3D,
  mask: MaskTensors,
): tf.Tensor3D {
  const narrowed = optionalLinear(latent, decoder.at('mid_proj')) as tf.Tensor3D; // [B, 1 + K, E]
  const classToken = tf.slice(narrowed, [0, 0, 0], [-1, 1, -1]); // [B, 1, E]
  const unshuffled = unshuffle(patchTokens(narrowed), decoder.get('mask_token'), mask.sourceRows); // [B, L, E]
  const tokens = tf.add(tf.concat([classToken, unshuffled], 1), decoder.get('dec_pos_embed'));
  const decoded = transformer(tokens as tf.Tensor3D, decoder.at('decoder.blocks'), config.decoder);
  return patchTokens(decoded.tokens);
}

/** Puts kept tokens back in their places and the mask token everywhere else: `[B, K, E]` to `[B, L, E]`. */
function unshuffle(kept: tf.Tensor3D, maskToken: tf.Tensor, sourceRows: tf.Tensor1D): tf.Tensor3D {
  const [batch, count, width] = kept.shape;
  const rows = tf.concat([tf.reshape(kept, [batch * count, width]), tf.reshape(maskToken, [1, width])]);
  return tf.reshape(takeRows(rows as tf.Tensor2D, sourceRows), [batch, sourceRows.size / batch, width]);
}

/** A linear layer that the release leaves out if both widths are equal. */
function optionalLinear(x: tf.Tensor, weights: WeightScope): tf.Tensor {
  const weight = weights.find('weight');
  return weight === undefined ? x : linear(x, weight, weights.get('bias'));
}
