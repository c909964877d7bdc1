import { nodeBackend } from './backend';
import { groupsBySize } from './graph/groupsBySize';
import { joinFlat, splitFlat } from './chunks';
import { tf } from './native';

/*
 * Tensors of all processes of a run (ranks; lib/native/collectiveOps.c). N ranks, n rows on each, D values.
 */

/** Place of this process among the ranks of a run, and what its steps exchange. Part of a traced graph. */
export interface RankPlace {
  readonly index: number;
  readonly count: number;
  /** `global`: clips are compared with those of all ranks; `local`: with those of the same rank. */
  readonly alignment: 'global' | 'local';
  /** Precision of gradients on the way from rank to rank. */
  readonly wire: 'fp32' | 'bf16';
}

/** Values in a bucket: so many are sent at once, while the backward pass goes on. */
const bucketValues = 2 ** 22;

/**
 * The rows of all ranks, in their order. The gradient of a value computed alike on all ranks reaches each rank's own rows,
 * N-fold: the mean over the ranks of what follows from them is the gradient of the whole.
 *
 * @param x `[n, D]`
 * @returns `[N n, D]`
 */
export function gatherRows(x: tf.Tensor2D, { index, count }: RankPlace): tf.Tensor2D {
  const [rows] = x.shape;
  return tf.customGrad((own) => ({
    value: gather(own as tf.Tensor2D),
    gradFunc: (dy) => [tf.mul(tf.slice(dy as tf.Tensor2D, [index * rows, 0], [rows, -1]), count)],
  }))(x) as tf.Tensor2D;
}

/**
 * Means over the ranks, with the same bits on all. They are sent in the order in which they were computed.
 *
 * @param tensors other than scalars
 */
export function meansOverRanks(tensors: readonly tf.Tensor[], wire: RankPlace['wire']): tf.Tensor[] {
  const order = tensors.map((_, i) => i).sort((a, b) => tensors[a].id - tensors[b].id);
  const rounding = tf.scalar(wire === 'bf16' ? 1 : 0);
  const groups = groupsBySize(order, (i) => tensors[i].size, bucketValues);
  const begun = groups.map((group) => {
    const bucket = joinFlat(group.map((i) => tensors[i]));
    return { group, bucket, ticket: call('XkdReduceBegin', bucket, rounding) };
  });
  const means = new Array<tf.Tensor>(tensors.length);
  for (const { group, bucket, ticket } of begun) {
    const parts = splitFlat(
      call('XkdReduceEnd', ticket, bucket),
      group.map((i) => tensors[i]),
    );
    group.forEach((i, at) => (means[i] = parts[at]));
  }
  return means;
}

function gather(rows: tf.Tensor2D): tf.Tensor2D {
  return call('XkdGatherEnd', call('XkdGatherBegin', rows), rows) as tf.Tensor2D;
}

function call(op: string, ...inputs: tf.Tensor[]): tf.Tensor {
  return nodeBackend().executeSingleOutput(op, [], inputs);
}
