import { tf } from '../native';

/*
 * Kernels that copy values into another order. Those of TensorFlow.js for WebAssembly copy a whole tensor for every slice
 * of it, and permute more than four axes one value at a time, which took half of a step.
 */

/** The part of the WebAssembly backend by which kernels read and write its memory. */
export interface HeapBackend {
  makeOutput(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

/** Replaces the kernels of the WebAssembly backend for slices, splits and permutations. */
export function replaceLayoutKernels(): void {
  replace('Slice', ({ inputs: { x }, attrs, backend }) => {
    const [begin, size] = tf.slice_util.parseSliceParams(
      x as unknown as tf.Tensor,
      attrs.begin as number[],
      attrs.size as number[],
    );
    return slice(backend, x, begin, size);
  });
  replace('SplitV', ({ inputs: { x }, attrs, backend }) => {
    const [axis] = tf.util.parseAxisParam(attrs.axis as number, x.shape);
    const sizes = tf.backend_util.prepareSplitSize(
      x as unknown as tf.Tensor,
      attrs.numOrSizeSplits as number[],
      axis,
    );
    let start = 0;
    return sizes.map((size) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += size;
      return slice(
        backend,
        x,
        begin,
        x.shape.map((n, i) => (i === axis ? size : n)),
      );
    });
  });
  replace('Transpose', ({ inputs: { x }, attrs, backend }) => transpose(backend, x, attrs.perm as number[]));
}

interface KernelCall {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: HeapBackend;
}

function replace(kernelName: string, compute: (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[]): void {
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (call) => compute(call as unknown as KernelCall),
  });
}

function slice(
  backend: HeapBackend,
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput(size, x.dtype as 'float32');
  const from = tf.util.computeStrides(x.shape).concat(1);
  const start = begin.reduce((sum, at, axis) => sum + at * from[axis], 0);
  copy(backend, x, out, { start, steps: from.slice(0, x.shape.length), size });
  return out;
}

function transpose(backend: HeapBackend, x: tf.TensorInfo, perm: readonly number[]): tf.TensorInfo {
  const from = tf.util.computeStrides(x.shape).concat(1);
  const size = perm.map((axis) => x.shape[axis]);
  const out = backend.makeOutput(size, x.dtype as 'float32');
  copy(backend, x, out, { start: 0, steps: perm.map((axis) => from[axis]), size });
  return out;
}

/** Where the values of a result lie in a tensor: the first one, and the distance of neighbours along each axis. */
interface Place {
  readonly start: number;
  readonly steps: readonly number[];
  readonly size: readonly number[];
}

function copy(backend: HeapBackend, x: tf.TensorInfo, out: tf.TensorInfo, place: Place): void {
  const { start, steps, size } = joined(place);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(out);
  const rank = size.length;
  const [inner, step] = [size[rank - 1], steps[rank - 1]];
  const at = new Array<number>(rank).fill(0);
  let source = start;
  for (let i = 0; i < to.length; i += inner) {
    if (step === 1) to.set(from.subarray(source, source + inner), i);
    else for (let j = 0, k = source; j < inner; j++, k += step) to[i + j] = from[k];
    for (let axis = rank - 2; axis >= 0; axis--) {
      source += steps[axis];
      if (++at[axis] < size[axis]) break;
      at[axis] = 0;
      source -= steps[axis] * size[axis];
    }
  }
}

/** The same place with neighbouring axes joined where the values of one follow those of the other. */
function joined({ start, steps, size }: Place): Place {
  const kept = { steps: [1], size: [1] };
  for (let axis = size.length - 1, first = true; axis >= 0; axis--) {
    if (size[axis] === 1) continue;
    if (!first && steps[axis] === kept.steps[0] * kept.size[0]) kept.size[0] *= size[axis];
    else if (first) {
      kept.steps[0] = steps[axis];
      kept.size[0] = size[axis];
    } else {
      kept.steps.unshift(steps[axis]);
      kept.size.unshift(size[axis]);
    }
    first = false;
  }
  return { start, ...kept };
}
