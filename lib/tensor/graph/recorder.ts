import type { tf } from '../native';
import {
  type ConstantValues,
  type NodeBackend,
  type OpAttribute,
  type OpInput,
  nodeBackend,
} from '../backend';
import { HollowTensors } from './hollow';

/** One call of a TensorFlow op. */
export interface RecordedOp {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly OpInput[];
  readonly outputs: readonly tf.Tensor[];
}

/** Tracing met something that a graph cannot do. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** What a function did, op by op. */
export interface Recording<T> {
  readonly result: T;
  readonly ops: readonly RecordedOp[];
  /** Values of the tensors that were made from numbers during the trace, by data id. */
  readonly constants: ReadonlyMap<object, ConstantValues>;
}

/**
 * Runs a function eagerly and writes down every TensorFlow op that it calls. Large tensors of the result have no values.
 *
 * @param inputs the tensors that are fed at each run
 * @throws TraceError when the function reads a tensor's values (what it does next would depend on them), or uses a
 *   tensor that was there before and is no input (the graph would keep its present values for ever)
 */
export function recordOps<T>(inputs: Iterable<tf.Tensor>, body: () => T): Recording<T> {
  const backend = nodeBackend();
  const eager = Object.getPrototypeOf(backend) as NodeBackend;
  const ops: RecordedOp[] = [];
  const constants = new Map<object, ConstantValues>();
  const hollow = new HollowTensors();
  const known = new Set<object>(Array.from(inputs, ({ dataId }) => dataId));
  const record = (
    op: string,
    attributes: readonly OpAttribute[],
    operands: readonly OpInput[],
    outputs: readonly tf.Tensor[],
  ) => {
    for (const operand of operands) {
      if (operand.dtype !== 'int64' && !known.has((operand as tf.TensorInfo).dataId))
        throw strangeTensor(op, operand);
    }
    outputs.forEach(({ dataId }) => known.add(dataId));
    ops.push({ op, attributes, inputs: [...operands], outputs });
  };
  const overlay: Partial<NodeBackend> = {
    executeSingleOutput(op, attributes, operands) {
      const [output] = hollow.run(operands, () => [
        eager.executeSingleOutput.call(backend, op, attributes, operands),
      ]);
      record(op, attributes, operands, [output]);
      return output;
    },
    executeMultipleOutputs(op, attributes, operands, count) {
      const outputs = hollow.run(operands, () =>
        eager.executeMultipleOutputs.call(backend, op, attributes, operands, count),
      );
      record(op, attributes, operands, outputs);
      return outputs;
    },
    write(values, shape, dtype) {
      const dataId = eager.write.call(backend, values, shape, dtype);
      constants.set(dataId, values);
      known.add(dataId);
      return dataId;
    },
    readSync() {
      throw new TraceError(
        'A traced function read the values of a tensor; feed what depends on values, or read them after the run.',
      );
    },
  };
  Object.assign(backend, overlay);
  try {
    return { result: body(), ops, constants };
  } finally {
    for (const name of Object.keys(overlay)) Reflect.deleteProperty(backend, name);
  }
}

function strangeTensor(op: string, operand: OpInput): TraceError {
  const { shape } = operand as tf.TensorInfo;
  return new TraceError(
    `The op ${op} uses a tensor of shape [${shape.join(', ')}] that is neither an input nor made by the traced function.`,
  );
}
