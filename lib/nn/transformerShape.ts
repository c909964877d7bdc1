/** Ratio of a block's MLP width to its token width. */
export const mlpRatio = 4;

/** Depth and number of heads of a stack of blocks. */
export interface TransformerShape {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}
