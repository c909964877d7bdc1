import { type Modality, type XkdConfig, fullGrid, keptTokens, maskKind, tokenCount } from '../config';
import { type MaskKind, type TokenGrid, random } from '../masks';
import type { RandomStream } from '../random';
import { tf } from '../tensor/native';

/*
 * B batch, L tokens, K kept tokens, R = L - K removed tokens.
 */

/** The tokens of each sample that are kept, and the rank of each token. Integers, row by row. */
export interface Mask {
  readonly batch: number;
  readonly tokens: number;
  readonly kept: number;
  /** Tokens of each sample in the order of being kept; the first K are kept: `[B, L]`. */
  readonly order: Int32Array;
  /** Rank of each token in that order; kept if below K: `[B, L]`. */
  readonly rank: Int32Array;
}

/** A mask as used by the model: row indices to gather from. All are int32. */
export interface MaskTensors {
  readonly kept: number;
  /** Token number of each kept token: `[B K]`. */
  readonly keptTokens: tf.Tensor1D;
  /** Rows of the kept tokens in `[B L, .]`: `[B K]`. */
  readonly keptRows: tf.Tensor1D;
  /** Rows of the removed tokens in `[B L, .]`: `[B R]`. */
  readonly removedRows: tf.Tensor1D;
  /** For each token, its row among the kept ones `[B K, .]`, or B K if it was removed: `[B L]`. */
  readonly sourceRows: tf.Tensor1D;
}

/** Draws one number in [0, 1) per token: `[B, L]` row by row. */
export function drawNoise(stream: RandomStream, batch: number, tokens: number): Float32Array {
  return Float32Array.from({ length: batch * tokens }, () => stream.uniform());
}

/**
 * Masks of a kind (docs/method.md, section 3). Random masking keeps the `round(L (1 - ratio))` tokens of lowest noise in
 * each sample. Other kinds also depend on the grid of the tokens.
 *
 * @param noise `[B, L]` row by row
 * @param ratio share of tokens removed, in [0, 1)
 * @param by kind, and patches along each axis of its grid, L in total
 *
 * @example
 * ```ts
 * import { drawNoise, maskFromNoise, RandomStream } from 'xkd';
 *
 * const [batch, tokens] = [2, 8];
 * const noise = drawNoise(RandomStream.fromSeed(0), batch, tokens);
 * const mask = maskFromNoise(noise, batch, 0.75);
 * console.log(mask.kept, mask.order.length); // 2 16
 * ```
 */
export function maskFromNoise(
  noise: Float32Array,
  batch: number,
  ratio: number,
  by: { readonly kind: MaskKind; readonly grid: TokenGrid } = { kind: random, grid: [noise.length / batch] },
): Mask {
  const { kind, grid } = by;
  const tokens = tokenCount(grid);
  const order = new Int32Array(batch * tokens);
  const rank = new Int32Array(batch * tokens);
  for (let b = 0; b < batch; b++) {
    const row = noise.subarray(b * tokens, (b + 1) * tokens);
    const sorted = kind.order(row, grid);
    order.set(sorted, b * tokens);
    sorted.forEach((token, place) => (rank[b * tokens + token] = place));
  }
  return { batch, tokens, kept: keptTokens(tokens, ratio, kind.together(grid)), order, rank };
}

/**
 * Masks of global views, as set by a configuration.
 *
 * @param noise `[B, L]` row by row
 * @param ratio default: the configuration's
 */
export function maskOfViews(
  config: XkdConfig,
  modality: Modality,
  noise: Float32Array,
  ratio: number = config.mask[modality],
): Mask {
  const grid = fullGrid(config, modality);
  const kind = maskKind(config, modality);
  return maskFromNoise(noise, noise.length / tokenCount(grid), ratio, { kind, grid });
}

/**
 * 1 for removed tokens, 0 for kept ones: `[B, L]`.
 *
 * @example
 * ```ts
 * import { maskFromNoise, removedTokens } from 'xkd';
 *
 * // Of four tokens, the two of lowest noise are kept.
 * const mask = maskFromNoise(Float32Array.of(0.8, 0.1, 0.6, 0.3), 1, 0.5);
 * console.log(Array.from(removedTokens(mask))); // [ 1, 0, 1, 0 ]
 * ```
 */
export function removedTokens({ rank, kept }: Mask): Float32Array {
  return Float32Array.from(rank, (place) => (place < kept ? 0 : 1));
}

/** The mask's row indices as tensors, for the model. */
export function maskTensors({ batch, tokens, kept, order, rank }: Mask): MaskTensors {
  const sampleOf = (i: number) => Math.floor(i / tokens);
  const isKept = (_: number, i: number) => i % tokens < kept;
  const rows = order.map((token, i) => sampleOf(i) * tokens + token);
  const sources = rank.map((place, i) => (place < kept ? sampleOf(i) * kept + place : batch * kept));
  return {
    kept,
    keptTokens: tf.tensor1d(order.filter(isKept), 'int32'),
    keptRows: tf.tensor1d(rows.filter(isKept), 'int32'),
    removedRows: tf.tensor1d(
      rows.filter((row, i) => !isKept(row, i)),
      'int32',
    ),
    sourceRows: tf.tensor1d(sources, 'int32'),
  };
}
