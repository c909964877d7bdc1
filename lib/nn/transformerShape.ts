/** Hidden width of a block's MLP over its token width. */
export const mlpRatio = 4;

/** Depth and heads of a stack of blocks. */
export interface TransformerShape {
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
}
