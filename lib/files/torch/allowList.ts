import type { StoredType } from '../safetensorsHeader';
import { PickleError } from './pickleInput';
import { Marker, PickleDict, type PickleValue, StorageRef, TensorRef } from './pickleValues';
import { decodeNumpyScalar, numpyType } from './numpyScalar';

/*
 * All names of Python code that a file of weights may mention. None of them is looked up or run: each has a function
 * here that builds plain data from the arguments in the file, or is only a word.
 */

/** What is made of the arguments of a call. */
type Build = (args: readonly PickleValue[]) => PickleValue;

/** Types of a storage's values by the names of PyTorch's classes. */
export const storageTypes: Readonly<Record<string, StoredType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** Names that may be called. */
const builders: Readonly<Record<string, Build>> = {
  'collections.OrderedDict': orderedDict,
  'torch._utils._rebuild_tensor': (args) => rebuildTensor(args, 4),
  'torch._utils._rebuild_tensor_v2': (args) => rebuildTensor(args, 6),
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch.Size': (args) => [...sizes(args[0])],
  'torch.device': (args) => new Marker(`device ${String(args[0])}`),
  '_codecs.encode': encode,
  'numpy.dtype': numpyType,
  'numpy.core.multiarray.scalar': decodeNumpyScalar,
  'numpy._core.multiarray.scalar': decodeNumpyScalar,
};

/** Names that may only stand as values. */
const words = new Set([
  ...Object.keys(storageTypes),
  ...['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'].map(
    (name) => `torch.${name}`,
  ),
]);

/** Whether a file of weights may mention this name. */
export function isAllowed(name: string): boolean {
  return words.has(name) || Object.hasOwn(builders, name);
}

/** What an allowed name makes of its arguments. */
export function build(name: string, args: readonly PickleValue[]): PickleValue {
  if (!Object.hasOwn(builders, name)) throw new PickleError(`it calls ${name}, which is not a function`);
  return builders[name](args);
}

function orderedDict(args: readonly PickleValue[]): PickleDict {
  const dict = new PickleDict();
  const pairs = args.length === 0 ? [] : args[0];
  if (args.length > 1 || !Array.isArray(pairs)) throw badArguments('OrderedDict');
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string') {
      throw badArguments('OrderedDict');
    }
    dict.set(pair[0], pair[1]);
  }
  return dict;
}

/** `(storage, offset, size, stride, requires_grad, hooks[, metadata])`; the older function has only the first four. */
function rebuildTensor(args: readonly PickleValue[], count: number): TensorRef {
  const [storage, offset, size, stride, , hooks] = args;
  if (args.length < count || args.length > 7 || !(storage instanceof StorageRef))
    throw badArguments('a tensor');
  if (hooks instanceof PickleDict && hooks.size > 0) throw new PickleError('a tensor in it has hooks');
  const shape = sizes(size);
  const strides = sizes(stride);
  const first = wholeNumber(offset);
  if (shape.length !== strides.length || shape.length > 32) throw badArguments('a tensor');
  const values = shape.reduce((product, each) => product * each, 1);
  const last = shape.reduce((sum, each, axis) => sum + (each - 1) * strides[axis], first);
  const inside = values === 0 ? first <= storage.size : last < storage.size;
  if (!inside || !Number.isSafeInteger(values)) {
    throw new PickleError(
      `a tensor of shape [${shape.join(', ')}] and strides [${strides.join(', ')}] at ${first} does not fit into its storage of ${storage.size} values`,
    );
  }
  return new TensorRef(storage, first, shape, strides);
}

function rebuildParameter(args: readonly PickleValue[]): TensorRef {
  if (!(args[0] instanceof TensorRef)) throw badArguments('a parameter');
  return args[0];
}

/** Bytes as protocol 2 writes them: text whose letters stand for bytes. */
function encode(args: readonly PickleValue[]): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== 'string' || encoding !== 'latin1') throw badArguments('_codecs.encode');
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function sizes(value: PickleValue | undefined): readonly number[] {
  if (!Array.isArray(value)) throw badArguments('a size');
  return value.map(wholeNumber);
}

function wholeNumber(value: PickleValue | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw badArguments('a size');
  return value;
}

function badArguments(what: string): PickleError {
  return new PickleError(`it gives ${what} arguments that make no sense`);
}
