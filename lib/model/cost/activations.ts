import type { XkdConfig } from '../../config';
import { type TransformerShape, mlpRatio } from '../../nn/transformerShape';
import type { DecodedTokens } from './products';

/*
 * Values that the forward pass of the traced step must keep until its backward pass. Whatever is not named here is
 * freed as soon as the next operation has read it.
 */

/** Widths of the Gaussian kernels of the MMD, whose values are kept. */
const mmdKernels = 7;

/**
 * Blocks on one sequence of N tokens of width D. Per block 20 N D: both norms before and after scaling (4), query, key
 * and value (3), the input of the output projection (1), and of the MLP's hidden layer (4 wide) the sum, its normal
 * distribution function and the GELU (12); then the attention H N², and the inverse deviation of both norms 2 N.
 */
export function blocksValues({ width, depth, heads }: TransformerShape, tokens: number): number {
  const perToken = (4 + 3 + 1 + 3 * mlpRatio) * width + 2;
  return depth * (tokens * perToken + heads * tokens * tokens);
}

/** One sequence through a backbone: its patches, the blocks, the final norm before scaling. */
export function backboneValues({ encoder }: XkdConfig, patches: number, patchValues: number): number {
  const tokens = 1 + patches;
  return patches * patchValues + blocksValues(encoder, tokens) + tokens * (encoder.width + 1);
}

/** One sequence through a decoder: its input, the blocks, and of the removed patches the tokens, values and targets. */
export function decoderValues({ encoder, decoder }: XkdConfig, counts: DecodedTokens): number {
  const { global, kept, removed, patchValues } = counts;
  const input = encoder.width === decoder.width ? 0 : (1 + kept) * encoder.width;
  const asked = decoder.width === patchValues ? 0 : removed * decoder.width;
  return input + blocksValues(decoder, 1 + global) + asked + 2 * removed * patchValues;
}

/** One vector through a head. Per hidden layer the norm before and after scaling, and both parts of the GELU. */
export function headValues({ encoder, projector }: XkdConfig): number {
  const { layers, hidden, bottleneck, outputs } = projector;
  return encoder.width + (layers - 1) * (4 * hidden + 1) + 2 * bottleneck + outputs;
}

/** The last layer's rows divided by their norms, once for all vectors. */
export function headFixedValues({ projector }: XkdConfig): number {
  return projector.outputs * (projector.bottleneck + 1);
}

/** Distillation of one student vector: its log-softmax, and the teacher's distribution beside it. */
export function distillationValues({ projector }: XkdConfig): number {
  return 2 * projector.outputs;
}

/** MMD of n and m vectors: all kernels of all pairs. */
export function mmdValues(n: number, m: number): number {
  return mmdKernels * (n * n + m * m + n * m);
}
