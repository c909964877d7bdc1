import { type Message, message, single, text, whole } from './protobuf';

/* An ONNX graph while it is built: nodes in order, and the constants that they use. */

/** Version of the operators, the first with LayerNormalization. */
export const opset = 17;
const irVersion = 8;

/** Numbers of the types in onnx.proto. */
const types = { float: 1, int64: 7 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** Name of a value in the graph. */
export type Value = string;
/** Whole numbers, or `{ float }`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
/** Size of an axis, or the name of one that may have any size. */
export type Axis = number | string;

export class OnnxGraph {
  private readonly nodes: Message[] = [];
  private readonly constants: Message[] = [];
  private made = 0;

  /** Adds an operator with one output. */
  add(op: string, inputs: readonly Value[], attributes: Attributes = {}, name?: Value): Value {
    const output = name ?? `${op.toLowerCase()}_${this.made++}`;
    const parts = [
      ...inputs.map((input) => text(1, input)),
      text(2, output),
      text(3, output),
      text(4, op),
      ...Object.entries(attributes).map(([key, value]) => message(5, ...attribute(key, value))),
    ];
    this.nodes.push(message(1, ...parts));
    return output;
  }

  /** Adds a constant of floating-point numbers. */
  constant(name: Value, values: Float32Array, shape: readonly number[]): Value {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.tensor(name, types.float, bytes, shape);
  }

  /** Adds a list of whole numbers, such as a shape. */
  integers(values: readonly number[]): Value {
    const list = BigInt64Array.from(values, BigInt);
    return this.tensor(`integers_${this.made++}`, types.int64, new Uint8Array(list.buffer), [list.length]);
  }

  /**
   * The whole file.
   *
   * @param about further information by name
   */
  file(
    name: string,
    input: { readonly name: Value; readonly shape: readonly Axis[] },
    output: { readonly name: Value; readonly shape: readonly Axis[] },
    about: Readonly<Record<string, string>>,
  ): Message {
    const graph = [
      ...this.nodes,
      text(2, name),
      ...this.constants,
      message(11, ...valueInfo(input)),
      message(12, ...valueInfo(output)),
    ];
    return [
      ...whole(1, irVersion),
      ...text(2, 'xkd'),
      ...message(7, ...graph),
      ...message(8, text(1, ''), whole(2, opset)),
      ...Object.entries(about).flatMap(([key, value]) => message(14, text(1, key), text(2, value))),
    ];
  }

  private tensor(name: Value, type: number, bytes: Uint8Array, shape: readonly number[]): Value {
    const parts = [
      ...shape.map((size) => whole(1, size)),
      whole(2, type),
      text(8, name),
      message(9, [bytes]),
    ];
    this.constants.push(message(5, ...parts));
    return name;
  }
}

function attribute(name: string, value: Attributes[string]): Message[] {
  if (typeof value === 'number') return [text(1, name), whole(3, value), whole(20, attributeTypes.int)];
  if ('float' in value) return [text(1, name), single(2, value.float), whole(20, attributeTypes.float)];
  return [text(1, name), ...value.map((each) => whole(8, each)), whole(20, attributeTypes.ints)];
}

function valueInfo({ name, shape }: { readonly name: Value; readonly shape: readonly Axis[] }): Message[] {
  const axes = shape.map((axis) => message(1, typeof axis === 'number' ? whole(1, axis) : text(2, axis)));
  return [text(1, name), message(2, message(1, whole(1, types.float), message(2, ...axes)))];
}
