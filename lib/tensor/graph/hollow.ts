import type { tf } from '../native';
import { type OpInput, nodeBackend, typeNumber } from '../backend';

/** Tensors of more values are hollowed out while a function is recorded. */
const smallestHollow = 4096;

/** What tfjs-node knows of a tensor: its number in the native library, below 0 where it has no memory there. */
interface NativeEntry {
  id: number;
}

/**
 * Recording needs the shapes of what ops give, not the values: the memory of every large output is freed at once, and
 * lent again, filled with zeros, to each op that reads it. So a trace takes no more memory than its largest op.
 */
export class HollowTensors {
  private readonly hollow = new Map<object, NativeEntry>();

  /** Runs an op on its operands, and hollows out what it gives. */
  run(operands: readonly OpInput[], op: () => tf.Tensor[]): tf.Tensor[] {
    const lent = operands.flatMap((operand) => this.lend(operand));
    try {
      const outputs = op();
      outputs.forEach((output) => this.hollowOut(output));
      return outputs;
    } finally {
      lent.forEach(release);
    }
  }

  private lend(operand: OpInput): NativeEntry[] {
    const { dataId, shape } = operand as tf.TensorInfo;
    const entry = operand.dtype === 'int64' ? undefined : this.hollow.get(dataId);
    if (entry === undefined || entry.id >= 0) return [];
    entry.id = zeros(shape);
    return [entry];
  }

  private hollowOut(output: tf.Tensor): void {
    if (output.dtype !== 'float32' || output.size < smallestHollow) return;
    const entry = nodeBackend().tensorMap.get(output.dataId);
    release(entry);
    this.hollow.set(output.dataId, entry);
  }
}

function release(entry: NativeEntry): void {
  nodeBackend().binding.deleteTensor(entry.id);
  entry.id = -1;
}

/** A native tensor of zeros, outside tfjs. */
function zeros(shape: readonly number[]): number {
  const { binding } = nodeBackend();
  const dims = binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape));
  const zero = binding.createTensor([], binding.TF_FLOAT, new Float32Array(1));
  const types = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: typeNumber('float32') },
    { name: 'index_type', type: binding.TF_ATTR_TYPE, value: typeNumber('int32') },
  ];
  const [{ id }] = binding.executeOp('Fill', types, [dims, zero], 1);
  [dims, zero].forEach((scratch) => binding.deleteTensor(scratch));
  return id;
}
