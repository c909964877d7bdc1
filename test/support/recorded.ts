import { tf } from 'xkd';
import { type NodeBackend, type OpAttribute, type OpInput, nodeBackend } from 'xkd/dist/tensor/backend';
import { cheapOps } from 'xkd/dist/tensor/stage';
import { flattenTree } from 'xkd/dist/tensor/graph/tree';

/** One call of a TensorFlow op. */
export interface RecordedOp {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly OpInput[];
  readonly outputs: readonly tf.Tensor[];
}

/** The ops that a function calls eagerly to compute its result, without those whose outputs are unused. */
export function recordNeeded(body: () => unknown): RecordedOp[] {
  const ops: RecordedOp[] = [];
  const needed = new Set<object>();
  tf.tidy(() => {
    const result = flattenTree(watchOps(ops, body));
    result.forEach(({ dataId }) => needed.add(dataId));
  });
  const used: RecordedOp[] = [];
  for (const recorded of [...ops].reverse()) {
    if (!recorded.outputs.some(({ dataId }) => needed.has(dataId))) continue;
    recorded.inputs.forEach((input) => needed.add(idOf(input)));
    used.unshift(recorded);
  }
  return used;
}

/** Runs a function while recording every op that it calls. */
function watchOps<T>(ops: RecordedOp[], body: () => T): T {
  const backend = nodeBackend();
  const eager = Object.getPrototypeOf(backend) as NodeBackend;
  const watch: Pick<NodeBackend, 'executeSingleOutput' | 'executeMultipleOutputs'> = {
    executeSingleOutput(op, attributes, inputs) {
      const output = eager.executeSingleOutput.call(backend, op, attributes, inputs);
      ops.push({ op, attributes, inputs: [...inputs], outputs: [output] });
      return output;
    },
    executeMultipleOutputs(op, attributes, inputs, count) {
      const outputs = eager.executeMultipleOutputs.call(backend, op, attributes, inputs, count);
      ops.push({ op, attributes, inputs: [...inputs], outputs });
      return outputs;
    },
  };
  Object.assign(backend, watch);
  try {
    return body();
  } finally {
    for (const name of Object.keys(watch)) Reflect.deleteProperty(backend, name);
  }
}

/** FLOPs of all matrix products among some ops; a multiply-add counts as 2. */
export function productFlops(ops: readonly RecordedOp[]): number {
  return ops.reduce((sum, recorded) => sum + flopsOf(recorded), 0);
}

function flopsOf({ op, attributes, inputs, outputs }: RecordedOp): number {
  const left = (inputs[0] as tf.TensorInfo | undefined)?.shape ?? [];
  if (/^XkdAttention/.test(op)) {
    const [batch, tokens, , heads, width] = left;
    // Two products, each with two in the gradient; the recomputed scores are not counted.
    return (op === 'XkdAttention' ? 2 : 4) * 2 * batch * heads * tokens ** 2 * width;
  }
  if (!/MatMul/.test(op)) return 0;
  const transposed = attributes.some(
    ({ name, value }) => /^(transpose_a|adj_x)$/.test(name) && value === true,
  );
  return 2 * outputs[0].size * left[left.length - (transposed ? 2 : 1)];
}

/**
 * Number of values of pairwise differences between vectors `[n, m, width]` that pass through element-wise ops
 * and sums.
 */
export function pairFlops(ops: readonly RecordedOp[], width: number): number {
  const pairs = (tensor: { readonly shape: readonly number[] }) =>
    tensor.shape.length === 3 && tensor.shape[2] === width
      ? tensor.shape.reduce((product, size) => product * size, 1)
      : 0;
  const counted = ops.filter(({ op }) => ['Sub', 'Square', 'Mul', 'Sum'].includes(op));
  return counted.reduce((sum, { op, inputs, outputs }) => {
    return sum + pairs(op === 'Sum' ? (inputs[0] as tf.TensorInfo) : outputs[0]);
  }, 0);
}

/**
 * Number of values that the first `boundary` ops produce and later ones read, without those that a graph
 * recomputes. A reshaped tensor shares the values of the other.
 */
export function valuesKept(ops: readonly RecordedOp[], boundary: number): number {
  const sources = new Map<object, object>();
  const sourceOf = (input: OpInput) => sources.get(idOf(input)) ?? idOf(input);
  const made = new Map<object, number>();
  const kept = new Map<object, number>();
  ops.forEach(({ op, inputs, outputs }, i) => {
    if (op === 'Reshape') sources.set(outputs[0].dataId, sourceOf(inputs[0]));
    else if (i < boundary)
      outputs.slice(cheapOps.has(op) ? 1 : 0).forEach(({ dataId, size }) => made.set(dataId, size));
    if (i < boundary) return;
    for (const source of inputs.map(sourceOf)) kept.set(source, made.get(source) ?? 0);
  });
  return [...kept.values()].reduce((sum, size) => sum + size, 0);
}

function idOf(input: RecordedOp['inputs'][number]): object {
  return input.dtype === 'int64' ? input : (input as tf.TensorInfo).dataId;
}
