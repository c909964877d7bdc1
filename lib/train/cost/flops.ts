import { type RecordedOp, isTransposed } from '../../tensor/shapes';

/** What {@link flopsOf} counts, in words. */
export const convention =
  'matrix products, a multiplication with its addition counted as 2; and the pairwise differences of the alignment ' +
  'loss; element-wise work such as norms, GELU, softmax and the optimiser is not counted';

/** Matrix products within an op of attention. Its gradient recomputes the scores, but the method needs them only once. */
const attentionProducts: Readonly<Record<string, number>> = { XkdAttention: 2, XkdAttentionGrad: 4 };

/** FLOPs of each op, in the order in which they were called. */
export function flopsOf(ops: readonly RecordedOp[]): number[] {
  const pairs = new Pairs();
  return ops.map((recorded) => productFlops(recorded) + pairs.flops(recorded));
}

function productFlops({ op, args, inputs, outputs }: RecordedOp): number {
  if (op in attentionProducts) {
    const [clips, tokens, , heads, width] = inputs[0].shape;
    return attentionProducts[op] * 2 * clips * heads * tokens ** 2 * width;
  }
  if (op !== 'MatMul' && op !== 'BatchMatMul') return 0;
  return 2 * sizeOf(outputs[0]) * inputs[0].shape.at(isTransposed(args, 'a') ? -2 : -1)!;
}

/**
 * Differences between all pairs of vectors, and what is made of each of their values. This is the only element-wise work
 * that is counted, because it grows with the square of the batch.
 */
class Pairs {
  /** Vectors with an additional axis: a difference of two of them is one of all pairs. */
  private readonly spread = new Set<object>();
  private readonly values = new Set<object>();

  flops({ op, inputs, outputs: [output] }: RecordedOp): number {
    if (op === 'ExpandDims') this.spread.add(output.dataId);
    const isDifference = op === 'Sub' && inputs.every(({ dataId }) => this.spread.has(dataId));
    const counted = isDifference ? output : inputs.find(({ dataId }) => this.values.has(dataId));
    if (counted === undefined) return 0;
    if (sizeOf(output) === sizeOf(counted)) this.values.add(output.dataId);
    return sizeOf(counted);
  }
}

/** Number of values of a tensor. */
export function sizeOf({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((product, length) => product * length, 1);
}
