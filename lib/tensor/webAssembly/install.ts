import { type NodeBackend, nodeBackend } from '../backend';
import { tf } from '../native';
import { type HeapBackend, replaceLayoutKernels } from './layoutKernels';
import { loopOps, multiply, type Values } from './loopOps';
import { Loops } from './loops';

/**
 * Gives TensorFlow.js's WebAssembly backend, which must be the one in use, the ops of lib/native: attention, layer
 * normalisation, GELU, the optimiser and products of matrices run the same loops as natively, from the same source.
 *
 * @param binary lib/native/browser/loops.wasm
 */
export async function installLoops(binary: Uint8Array): Promise<void> {
  if (tf.getBackend() !== 'wasm') throw new Error(`The backend is "${tf.getBackend()}", not "wasm".`);
  const loops = await Loops.load(binary);
  const backend = nodeBackend() as Installed;
  if (backend.hasEveryOp === true) return;
  const values: Values = {
    read: (tensor) => backend.typedArrayFromHeap(tensor),
    make: (shape, data) => {
      const made = backend.makeOutput(shape, 'float32');
      backend.typedArrayFromHeap(made).set(data);
      return tf.engine().makeTensorFromTensorInfo(made);
    },
  };
  backend.executeMultipleOutputs = (op, _attributes, inputs) =>
    loopOps[op](loops, values, inputs as tf.TensorInfo[]);
  backend.executeSingleOutput = (op, attributes, inputs) =>
    backend.executeMultipleOutputs(op, attributes, inputs, 1)[0];
  backend.product = (a, b, transposeA, transposeB) => multiply(loops, values, [a, b], transposeA, transposeB);
  backend.hasEveryOp = true;
  replaceLayoutKernels();
}

/** The backend while its ops are added. */
type Installed = { -readonly [K in keyof NodeBackend]: NodeBackend[K] } & HeapBackend;
