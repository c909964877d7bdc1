import {
  type ConstantValues,
  type Int64Scalar,
  type NodeBackend,
  type OpAttribute,
  type OpInput,
  nodeBackend,
  typeNumber,
} from '../backend';
import { tf } from '../native';
import {
  type Attributes,
  callAttribute,
  shapeAttribute,
  tensorAttribute,
  textAttribute,
  typeAttribute,
} from './attributes';
import type { GraphSession, Node, Place } from './graphSession';
import type { Message } from './protobuf';
import { type StageListener, listenToStages } from './stage';
import { TraceError } from './traceError';
import { typeName } from './values';

/** Where a tensor's values are in the graph, and the shape that they have there. */
interface Known {
  readonly place: Place;
  readonly shape: readonly number[];
}

/** Precision of the products of matrices in a graph. */
export type Precision = 'fp32' | 'bf16';

/** Ops whose operands are rounded to bf16 where that precision is asked for. */
const products: ReadonlySet<string> = new Set(['MatMul', 'BatchMatMulV2']);

/** Type attributes that tfjs-node leaves to eager execution to infer, by op: the type of input 0, of input 1. */
const inferredTypes: Readonly<Record<string, readonly string[]>> = { ExpandDims: ['T', 'Tdim'] };

/** TensorFlow's number of the type bfloat16. */
const bfloat16 = 14;

/**
 * Writes the TensorFlow ops that a function calls into a graph. Nothing is computed: its tensors have shapes and no
 * values, so that tracing takes little time and no memory.
 */
export class Tracer implements StageListener {
  private readonly known = new WeakMap<object, Known>();
  private readonly constants = new WeakMap<object, ConstantValues>();
  private readonly rounded = new Map<Place, Place>();
  /** Nodes of the running stage that no other one of it waits for yet. */
  private readonly leaves = new Set<string>();
  private readonly inStage = new Set<string>();
  private readonly early = new Set<string>();
  private readonly barriers: string[] = [];

  constructor(
    private readonly session: GraphSession,
    private readonly precision: Precision,
  ) {}

  /** Whether a stage has ended: only then variables may be changed. */
  get staged(): boolean {
    return this.barriers.length > 0;
  }

  /** Whether a place belongs to the first stage, or to none. */
  isEarly(place: Place): boolean {
    return !this.staged || this.early.has(nodeOf(place));
  }

  /** A tensor whose values are fed. */
  addInput({ dtype, shape }: tf.Tensor): { tensor: tf.Tensor; place: Place } {
    const attributes = { dtype: typeAttribute(typeNumber(dtype)), shape: shapeAttribute(shape) };
    const place = `${this.session.addNode({ op: 'Placeholder', attributes }).name}:0`;
    return { place, tensor: this.stand(place, { dtype: typeNumber(dtype), shape }) };
  }

  /** A tensor that is read from a variable. */
  addRead(handle: Place, { dtype, shape }: tf.Tensor): { tensor: tf.Tensor; node: string } {
    const attributes = { dtype: typeAttribute(typeNumber(dtype)) };
    const node = this.session.addNode({ op: 'ReadVariableOp', inputs: [handle], attributes }).name;
    return { node, tensor: this.stand(`${node}:0`, { dtype: typeNumber(dtype), shape }) };
  }

  /**
   * Runs a function on tensors without values.
   *
   * @throws TraceError when it reads a tensor's values (what it does next would depend on them), or uses a tensor
   *   that was there before and is no input (the graph would keep its present values for ever)
   */
  run<T>(body: () => T): T {
    const backend = nodeBackend();
    const eager = Object.getPrototypeOf(backend) as NodeBackend;
    const overlay: Partial<NodeBackend> = {
      executeSingleOutput: (op, attributes, operands) => this.addOp(op, attributes, operands)[0],
      executeMultipleOutputs: (op, attributes, operands) => this.addOp(op, attributes, operands),
      write: (values, shape, dtype) => {
        const dataId = eager.write.call(backend, values, shape, dtype);
        this.constants.set(dataId, values);
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
      return listenToStages(this, body);
    } finally {
      for (const name of Object.keys(overlay)) Reflect.deleteProperty(backend, name);
    }
  }

  /** Where the values of a tensor are in the graph. */
  placeOf(input: OpInput, op = 'output'): Place {
    if (input.dtype === 'int64')
      return this.addConstant(typeNumber('int64'), [], (input as Int64Scalar).valueArray);
    const { dataId, dtype, shape } = input as tf.TensorInfo;
    const values = this.constants.get(dataId);
    if (values !== undefined && !this.known.has(dataId))
      this.known.set(dataId, { place: this.addConstant(typeNumber(dtype), shape, values), shape });
    const known = this.known.get(dataId);
    if (known === undefined) throw strangeTensor(op, shape);
    if (String(known.shape) === String(shape)) return known.place;
    // tfjs reshapes by giving the same values another shape; the graph needs an op for it.
    const sizes = this.addConstant(typeNumber('int32'), [shape.length], Int32Array.from(shape));
    const types = { T: typeAttribute(typeNumber(dtype)), Tshape: typeAttribute(typeNumber('int32')) };
    return `${this.addNode('Reshape', [known.place, sizes], types).name}:0`;
  }

  /** Where the values of a tensor come out of a run. */
  addOutput(tensor: tf.Tensor): Place {
    const attributes = { T: typeAttribute(typeNumber(tensor.dtype)) };
    return `${this.session.addNode({ op: 'Identity', inputs: [this.placeOf(tensor)], attributes }).name}:0`;
  }

  /** Adds an op for its effect. */
  addEffect(
    op: string,
    inputs: readonly Place[],
    controls: readonly string[],
    attributes: Attributes = {},
  ): string {
    const waits = [...this.barriers.slice(0, 1), ...controls];
    return this.session.addNode({ op, inputs, attributes, controls: waits }).name;
  }

  endStage(finite?: tf.Tensor): void {
    if (finite !== undefined) {
      const attributes = { T: typeAttribute(typeNumber(finite.dtype)), message: textAttribute('not finite') };
      this.addNode('CheckNumerics', [this.placeOf(finite)], attributes);
    }
    if (!this.staged) this.inStage.forEach((node) => this.early.add(node));
    const barrier = this.session.addNode({ op: 'NoOp', controls: [...this.leaves] }).name;
    this.barriers.push(barrier);
    this.leaves.clear();
    this.inStage.clear();
  }

  private addOp(op: string, attributes: readonly OpAttribute[], operands: readonly OpInput[]): tf.Tensor[] {
    const inputs = operands.map((operand) => this.placeOf(operand, op));
    if (this.precision === 'bf16' && products.has(op)) return this.addProduct(op, attributes, inputs);
    const values: Record<string, Message> = {};
    for (const attribute of attributes) values[attribute.name] = callAttribute(op, attribute);
    for (const [i, name] of (inferredTypes[op] ?? []).entries())
      values[name] ??= typeAttribute(typeNumber(operands[i].dtype));
    const { name, outputs } = this.addNode(op, inputs, values);
    return outputs.map((output, i) => this.stand(`${name}:${i}`, output, op));
  }

  /** A product of matrices in bf16; what it gives is float32 again. */
  private addProduct(op: string, attributes: readonly OpAttribute[], inputs: readonly Place[]): tf.Tensor[] {
    const own: Record<string, Message> = {};
    for (const attribute of attributes) own[attribute.name] = callAttribute(op, attribute);
    const operands = inputs.map((place) => this.round(place));
    const product = this.addNode(op, operands, { ...own, T: typeAttribute(bfloat16) });
    const cast = this.addCast(`${product.name}:0`, bfloat16, typeNumber('float32'));
    return [this.stand(cast, { dtype: typeNumber('float32'), shape: product.outputs[0].shape }, op)];
  }

  private round(place: Place): Place {
    const known = this.rounded.get(place);
    if (known !== undefined) return known;
    const cast = this.addCast(place, typeNumber('float32'), bfloat16);
    this.rounded.set(place, cast);
    return cast;
  }

  private addCast(place: Place, from: number, to: number): Place {
    return `${this.addNode('Cast', [place], { SrcT: typeAttribute(from), DstT: typeAttribute(to) }).name}:0`;
  }

  /** A constant; one of equal values is stored as a single one and filled. */
  private addConstant(type: number, shape: readonly number[], values: ConstantValues): Place {
    if (values.length > 16 && isUniform(values)) {
      const sizes = this.addConstant(typeNumber('int32'), [shape.length], Int32Array.from(shape));
      const value = this.addConstant(type, [], values.subarray(0, 1));
      const types = { T: typeAttribute(type), index_type: typeAttribute(typeNumber('int32')) };
      return `${this.addNode('Fill', [sizes, value], types).name}:0`;
    }
    const attributes = { dtype: typeAttribute(type), value: tensorAttribute(type, shape, values) };
    return `${this.session.addNode({ op: 'Const', attributes }).name}:0`;
  }

  private addNode(op: string, inputs: readonly Place[], attributes: Attributes = {}): Node {
    const sources = inputs.map(nodeOf);
    // What takes something of this stage waits by itself.
    const waits = this.staged && !sources.some((source) => this.inStage.has(source));
    const controls = waits ? this.barriers.slice(-1) : [];
    const node = this.session.addNode({ op, inputs, attributes, controls });
    sources.forEach((source) => this.leaves.delete(source));
    this.leaves.add(node.name);
    this.inStage.add(node.name);
    return node;
  }

  /** A tensor that stands for a place. */
  private stand(
    place: Place,
    { dtype, shape }: { dtype: number; shape: readonly number[] },
    op = '',
  ): tf.Tensor {
    if (shape.includes(-1))
      throw new TraceError(`The op ${op} cannot be recorded: the shape of its result depends on values.`);
    typeName(dtype);
    const tensor = nodeBackend().createOutputTensor({ id: -1, shape: [...shape], dtype });
    this.known.set(tensor.dataId, { place, shape });
    return tensor;
  }
}

function nodeOf(place: Place): string {
  return place.slice(0, place.indexOf(':'));
}

function isUniform(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

function strangeTensor(op: string, shape: readonly number[]): TraceError {
  return new TraceError(
    `The op ${op} uses a tensor of shape [${shape.join(', ')}] that is neither an input nor made by the traced function.`,
  );
}
