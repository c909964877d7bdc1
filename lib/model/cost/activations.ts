import { type XkdConfig, rowNorms } from '../../config';
import { type TransformerShape, mlpRatio } from '../../nn/transformerShape';
import { sequenceLength } from '../backboneLayout';
import type { DecodedTokens } from './products';

/*
 * Values that the forward pass of the traced step must keep until its backward pass, with this project's own ops on a CPU
 * (without them more than twice as many, and attention's for all pairs of tokens). The outputs of norms and of GELU are
 * recomputed in the backward pass. Anything not listed here is freed as soon as the next operation has read it.
 */

/** Mean and inverse deviation that a norm keeps of each row. */
const normStatistics = 2;
/** Values that attention keeps for each row of a head's softmax: its largest score, and 1 / sum. */
const softmaxStatistics = 2;

/**
 * Blocks on one sequence of N tokens of width D. Per block 10 N D: both norms' inputs (2), query, key and value (3), the
 * input of the output projection (1), and the MLP's hidden layer before GELU (4); in addition, the statistics of both norms
 * and of the softmax of each head.
 */
export function blocksValues({ width, depth, heads }: TransformerShape, tokens: number): number {
  const perToken = (2 + 3 + 1 + mlpRatio) * width + 2 * normStatistics + heads * softmaxStatistics;
  return depth * tokens * perToken;
}

/** One sequence through a backbone: its patches, the blocks, and the final norm's input. */
export function backboneValues({ encoder }: XkdConfig, patches: number, patchValues: number): number {
  const blocks = blocksValues(encoder, sequenceLength(encoder, patches));
  return patches * patchValues + blocks + (1 + patches) * (encoder.width + normStatistics);
}

/** One sequence through a decoder: the blocks, and the tokens, values and targets of the removed patches. */
export function decoderValues({ decoder }: XkdConfig, counts: DecodedTokens): number {
  const { global, removed, patchValues } = counts;
  const asked = decoder.width === patchValues ? 0 : removed * decoder.width;
  return blocksValues(decoder, 1 + global) + asked + 2 * removed * patchValues;
}

/** One vector through a head: the norm's input for each hidden layer, and the deviation of the outputs. */
export function headValues({ encoder, projector }: XkdConfig): number {
  const { layers, hidden, bottleneck, outputs } = projector;
  return encoder.width + (layers - 1) * (hidden + normStatistics) + 2 * bottleneck + outputs + rowNorms + 1;
}

/** The last layer's rows divided by their norms, once for all vectors. */
export function headFixedValues({ projector }: XkdConfig): number {
  return projector.outputs * (projector.bottleneck + rowNorms);
}
