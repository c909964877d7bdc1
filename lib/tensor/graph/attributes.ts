import { type ConstantValues, type OpAttribute, nodeBackend } from '../backend';
import { Message } from './protobuf';
import { TraceError } from './traceError';

/** Field numbers of `tensorflow.AttrValue`, which its lists share. */
const fields = { text: 2, integer: 3, float: 4, bool: 5, type: 6, shape: 7, tensor: 8, list: 1 } as const;

/** Attributes of a node by name. */
export type Attributes = Readonly<Record<string, Message>>;

export function typeAttribute(type: number): Message {
  return new Message().integer(fields.type, type);
}

export function integerAttribute(value: number): Message {
  return new Message().integer(fields.integer, value);
}

export function textAttribute(text: string): Message {
  return new Message().bytes(fields.text, text);
}

export function shapeAttribute(shape: readonly number[]): Message {
  return new Message().bytes(fields.shape, shapeMessage(shape));
}

export function tensorAttribute(type: number, shape: readonly number[], values: ConstantValues): Message {
  const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const tensor = new Message().integer(1, type).bytes(2, shapeMessage(shape)).bytes(4, content);
  return new Message().bytes(fields.tensor, tensor);
}

/** Converts an attribute of a tfjs-node op call. */
export function callAttribute(op: string, { name, type, value }: OpAttribute): Message {
  const { binding } = nodeBackend();
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) {
    const field = { [binding.TF_ATTR_INT]: fields.integer, [binding.TF_ATTR_TYPE]: fields.type }[type];
    if (field === undefined) throw unknownAttribute(op, name);
    return new Message().bytes(fields.list, new Message().integers(field, value as number[]));
  }
  switch (type) {
    case binding.TF_ATTR_STRING:
      return textAttribute(String(value));
    case binding.TF_ATTR_INT:
      return new Message().integer(fields.integer, Number(value));
    case binding.TF_ATTR_FLOAT:
      return new Message().float(fields.float, Number(value));
    case binding.TF_ATTR_BOOL:
      return new Message().integer(fields.bool, Number(value));
    case binding.TF_ATTR_TYPE:
      return typeAttribute(Number(value));
    case binding.TF_ATTR_SHAPE:
      return shapeAttribute(value as number[]);
    default:
      throw unknownAttribute(op, name);
  }
}

function shapeMessage(shape: readonly number[]): Message {
  const message = new Message();
  for (const size of shape) message.bytes(2, new Message().integer(1, size));
  return message;
}

function unknownAttribute(op: string, name: string): TraceError {
  return new TraceError(`The op ${op} cannot be recorded: its attribute "${name}" is of an unknown kind.`);
}
