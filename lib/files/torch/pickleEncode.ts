import { valueCount } from '../tensors/safetensorsHeader';
import type { WrittenType } from '../tensors/tensorCodec';

/** Storage that holds a tensor's values, and nothing else. */
export interface TensorPlace {
  readonly key: string;
  readonly dtype: WrittenType;
  readonly shape: readonly number[];
}

const storageNames: Readonly<Record<WrittenType, string>> = {
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  I32: 'IntStorage',
};

/** Opcodes of pickle protocol 2. */
const op = {
  proto: Buffer.from([0x80, 2]),
  emptyDict: Buffer.from('}'),
  emptyTuple: Buffer.from(')'),
  mark: Buffer.from('('),
  tuple: Buffer.from('t'),
  setItems: Buffer.from('u'),
  reduce: Buffer.from('R'),
  persistentId: Buffer.from('Q'),
  no: Buffer.from([0x89]),
  stop: Buffer.from('.'),
} as const;

/** Encodes a state dict as a pickle that refers to storages by their keys, as `torch.save` does. */
export function encodeStateDict(tensors: ReadonlyMap<string, TensorPlace>): Buffer {
  const items = [...tensors].flatMap(([name, place]) => [text(name), ...tensor(place)]);
  return Buffer.concat([op.proto, op.emptyDict, op.mark, ...items, op.setItems, op.stop]);
}

/** `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`. */
function tensor({ key, dtype, shape }: TensorPlace): Buffer[] {
  const count = valueCount(shape);
  const strides = shape.map((_, axis) => valueCount(shape.slice(axis + 1)));
  return [
    global('torch._utils', '_rebuild_tensor_v2'),
    op.mark,
    ...tuple(text('storage'), global('torch', storageNames[dtype]), text(key), text('cpu'), whole(count)),
    op.persistentId,
    whole(0),
    ...tuple(...shape.map(whole)),
    ...tuple(...strides.map(whole)),
    op.no,
    global('collections', 'OrderedDict'),
    op.emptyTuple,
    op.reduce,
    op.tuple,
    op.reduce,
  ];
}

function tuple(...values: Buffer[]): Buffer[] {
  return [op.mark, ...values, op.tuple];
}

function global(module: string, attribute: string): Buffer {
  return Buffer.from(`c${module}\n${attribute}\n`);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(5, 'X');
  length.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([length, bytes]);
}

/** A non-negative integer. */
function whole(value: number): Buffer {
  if (value < 2 ** 31) {
    const short = Buffer.alloc(5, 'J');
    short.writeInt32LE(value, 1);
    return short;
  }
  const long = Buffer.alloc(10);
  long.set([0x8a, 8]);
  long.writeBigInt64LE(BigInt(value), 2);
  return long;
}
