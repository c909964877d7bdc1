import type { XkdConfig } from '../../config';
import { type TransformerShape, mlpRatio } from '../../nn/transformerShape';
import { sequenceLength } from '../backboneLayout';

/*
 * FLOPs of matrix products; a multiplication with its addition counts as 2. With N tokens in a sequence (class token
 * included), D the width, K patches of P values.
 */

/** Work of a part, forward and backward. */
export interface Flops {
  readonly forward: number;
  readonly backward: number;
}

/** `[n, k]` times `[k, m]`. */
export function productFlops(n: number, k: number, m: number): number {
  return 2 * n * k * m;
}

/**
 * Blocks on one sequence: per block qkv (6 N D²), both attention products (4 N² D), output projection (2 N D²) and
 * the two layers of the MLP (16 N D²).
 */
export function blocksFlops({ width, depth }: TransformerShape, tokens: number): number {
  const linears = productFlops(tokens, width, 3 * width + width + 2 * mlpRatio * width);
  const attention = 2 * productFlops(tokens, width, tokens);
  return depth * (linears + attention);
}

/**
 * One sequence through a backbone. Each product has two in the backward pass, except that the patches get no gradient. The
 * native op recomputes attention's scores for its gradient; this is not counted, because the method needs them only once.
 *
 * @param patches patches of the view, or those kept by the mask
 */
export function backboneFlops({ encoder }: XkdConfig, patches: number, values: number): Flops {
  const embedding = productFlops(patches, values, encoder.width);
  const blocks = blocksFlops(encoder, sequenceLength(encoder, patches));
  return { forward: embedding + blocks, backward: embedding + 2 * blocks };
}

/** Attention of the class token in the last block, computed once more for refinement: its scores for all tokens. */
export function classAttentionFlops({ encoder }: XkdConfig, patches: number): Flops {
  return { forward: productFlops(1, encoder.width, sequenceLength(encoder, patches)), backward: 0 };
}

/**
 * Positions of a local view, computed from those of the global view: a product with a fixed matrix, once for all clips
 * processed together, so there is only one in the backward pass.
 */
export function resamplingFlops({ encoder }: XkdConfig, full: number, local: number): Flops {
  const forward = productFlops(local, full, encoder.width);
  return { forward, backward: forward };
}

/** Tokens of a masked global view at a decoder's input, and the values of a patch. */
export interface DecodedTokens {
  readonly global: number;
  readonly kept: number;
  readonly removed: number;
  readonly patchValues: number;
}

/** One sequence through a decoder: all tokens pass through the blocks, the removed ones through the last projection. */
export function decoderFlops({ encoder, decoder }: XkdConfig, counts: DecodedTokens): Flops {
  const { global, kept, removed, patchValues } = counts;
  // The release leaves a projection out if both widths are equal.
  const narrowing =
    encoder.width === decoder.width ? 0 : productFlops(1 + kept, encoder.width, decoder.width);
  const widening = decoder.width === patchValues ? 0 : productFlops(removed, decoder.width, patchValues);
  const forward = narrowing + blocksFlops(decoder, 1 + global) + widening;
  return { forward, backward: 2 * forward };
}

/** One vector through a head. */
export function headFlops({ encoder, projector }: XkdConfig): Flops {
  const { layers, hidden, bottleneck, outputs } = projector;
  const widths = [encoder.width, ...new Array<number>(layers - 1).fill(hidden), bottleneck, outputs];
  const forward = widths
    .slice(1)
    .reduce((sum, width, layer) => sum + productFlops(1, widths[layer], width), 0);
  return { forward, backward: 2 * forward };
}
