import { bytesPerValue } from '../tensors/safetensorsHeader';
import { PickleError } from './pickleInput';
import { Marker, PickleDict, PickleGlobal, type PickleValue, StorageRef, TensorRef } from './pickleValues';
import { decodeNumpyScalar, numpyType } from './numpyScalar';
import { OpaqueObject, UnreadableTensor } from './opaque';
import { otherType, storageTypes, tensorTypes } from './tensorTypes';

/*
 * The Python names that a state dict needs. None of them is looked up or run: each either has a function here
 * that builds plain data from the arguments in the file, or only stands as a value. All other names produce
 * opaque objects.
 */

/** Builds a value from the arguments of a call. */
type Build = (args: readonly PickleValue[]) => PickleValue;

/** Names that may be called. */
const builders: Readonly<Record<string, Build>> = {
  'collections.OrderedDict': orderedDict,
  'torch._utils._rebuild_tensor': (args) => rebuildTensor(args, 4),
  'torch._utils._rebuild_tensor_v2': (args) => rebuildTensor(args, 6),
  'torch._utils._rebuild_tensor_v3': rebuildTypedTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  'torch._tensor._rebuild_from_type_v2': rebuildSubclass,
  'torch.Size': (args) => [...sizes(args[0])],
  'torch.device': (args) => new Marker(`device ${String(args[0])}`),
  'collections.defaultdict': () => new PickleDict(),
  'builtins.set': set,
  '__builtin__.set': set,
  '_codecs.encode': encode,
  'numpy.dtype': numpyType,
  'numpy.core.multiarray.scalar': decodeNumpyScalar,
  'numpy._core.multiarray.scalar': decodeNumpyScalar,
};

/** Names that may only occur as values. */
const words = new Set([...Object.keys(storageTypes), ...Object.keys(tensorTypes)]);
/**
 * Prefixes of PyTorch's functions that make tensors; those without a function above produce unreadable
 * tensors.
 */
const tensorMakers = /^torch\.(_utils|_tensor)\._rebuild_/;

/** True if a state dict needs this name. */
export function isKnown(name: string): boolean {
  return words.has(name) || Object.hasOwn(builders, name);
}

/** Value that a name builds from its arguments. */
export function build(name: string, args: readonly PickleValue[]): PickleValue {
  if (words.has(name)) throw new PickleError(`it calls ${name}, which is not a function`);
  if (Object.hasOwn(builders, name)) return builders[name](args);
  return tensorMakers.test(name) ? new UnreadableTensor(`the form of ${name}`) : new OpaqueObject(name);
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
function rebuildTensor(args: readonly PickleValue[], count: number): TensorRef | UnreadableTensor {
  const [storage, offset, size, stride, , hooks] = args;
  if (storage instanceof UnreadableTensor) return storage;
  if (storage instanceof OpaqueObject) return new UnreadableTensor(`a storage made by ${storage.name}`);
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

/** `(storage, offset, size, stride, requires_grad, hooks, dtype[, metadata])` with a storage of bytes. */
function rebuildTypedTensor(args: readonly PickleValue[]): TensorRef | UnreadableTensor {
  const [bytes, offset, size, stride, gradient, hooks, type] = args;
  if (!(bytes instanceof StorageRef) || !(type instanceof PickleGlobal)) throw badArguments('a tensor');
  const dtype = tensorTypes[type.name];
  if (dtype === undefined) return new UnreadableTensor(`values of type ${otherType(type.name)}`);
  const count = bytes.size / bytesPerValue[dtype];
  if (!Number.isInteger(count) || bytes.start !== 0) throw badArguments('a tensor');
  const storage = new StorageRef({ key: bytes.key, dtype, recordSize: count, start: 0, size: count });
  return rebuildTensor([storage, offset, size, stride, gradient, hooks], 6);
}

function rebuildParameter(args: readonly PickleValue[]): TensorRef | UnreadableTensor {
  const [tensor] = args;
  if (!(tensor instanceof TensorRef || tensor instanceof UnreadableTensor)) throw badArguments('a parameter');
  return tensor;
}

/** `(function, class, arguments, attributes)`: a tensor of a subclass, treated as a plain tensor. */
function rebuildSubclass([make, , args]: readonly PickleValue[]): PickleValue {
  if (!(make instanceof PickleGlobal) || !tensorMakers.test(make.name) || !Array.isArray(args)) {
    throw badArguments('a tensor');
  }
  return build(make.name, args);
}

function set([values = []]: readonly PickleValue[]): PickleValue[] {
  if (!Array.isArray(values)) throw badArguments('a set');
  return [...(values as PickleValue[])];
}

/** Bytes as protocol 2 encodes them: text in which each character stands for a byte. */
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
