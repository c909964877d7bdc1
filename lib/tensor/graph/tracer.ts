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
import { type Attributes, callAttribute, shapeAttribute, textAttribute, typeAttribute } from './attributes';
import { Rematerialisation } from './rematerialisation';
import { addConstant } from './constants';
import { ExchangeOrder } from './exchangeOrder';
import { type GraphSession, type Node, type NodeArgs, type Place, nodeOf } from './graphSession';
import type { Message } from './protobuf';
import { Rounding, bfloat16, products } from './rounding';
import { type StageListener, listenToStages } from '../stage';
import { TraceError, strangeTensor } from './traceError';
import type { TraceSettings } from './traceSettings';
import { typeName } from './values';

/** Location of a tensor's values in the graph, and their shape there. */
interface Known {
  readonly place: Place;
  readonly shape: readonly number[];
}

/** Type attributes that tfjs-node leaves to eager execution to infer, by op: the types of inputs 0 and 1. */
const inferredTypes: Readonly<Record<string, readonly string[]>> = { ExpandDims: ['T', 'Tdim'] };

/** Ops that may write their outputs to the memory of their first inputs, with the number of these inputs. */
const replacing: Readonly<Record<string, number>> = { XkdAdamW: 3, XkdBlend: 1 };

/**
 * Adds the TensorFlow ops that a function calls to a graph. Nothing is computed: the tensors have shapes but no values,
 * so that tracing takes little time and no memory.
 */
export class Tracer implements StageListener {
  private readonly known = new WeakMap<object, Known>();
  private readonly constants = new WeakMap<object, ConstantValues>();
  private readonly rounding = new Rounding((node) => this.addPlace(node));
  /** Reshaped tensors. */
  private readonly reshaped = new Map<string, Place>();
  /** Reads of variables, with their handles if this trace writes them. */
  private readonly reads = new Map<Place, Place | null>();
  /** Handles of variables whose memory an op has taken over, with the op. They are empty until written again. */
  private readonly taken = new Map<Place, string>();
  private readonly cheap = new Rematerialisation();
  /** Nodes of the backward pass, once it has begun. */
  private backward: Set<string> | null = null;
  /** Nodes of the current stage that no other node of the stage depends on yet. */
  private readonly leaves = new Set<string>();
  private readonly inStage = new Set<string>();
  private readonly early = new Set<string>();
  private readonly barriers: string[] = [];
  private readonly exchanges = new ExchangeOrder();

  constructor(
    private readonly session: GraphSession,
    private readonly settings: TraceSettings,
    /** Returns the node that records that the run has begun to change variables. */
    private readonly noteChange: () => string,
  ) {}

  /** True once a stage has ended; only then may variables be changed. */
  get staged(): boolean {
    return this.barriers.length > 0;
  }

  /** True if a tensor belongs to the first stage, or if no stage has ended. */
  isEarly(place: Place): boolean {
    return !this.staged || this.early.has(nodeOf(place));
  }

  /** A tensor whose values are fed. */
  addInput({ dtype, shape }: tf.Tensor): { tensor: tf.Tensor; place: Place } {
    const attributes = { dtype: typeAttribute(typeNumber(dtype)), shape: shapeAttribute(shape) };
    const place = `${this.session.addNode({ op: 'Placeholder', attributes }).name}:0`;
    return { place, tensor: this.stand(place, { dtype: typeNumber(dtype), shape }) };
  }

  /**
   * A tensor that is read from a variable.
   *
   * @param isWritten true if the trace gives the variable a new value
   */
  addRead(
    handle: Place,
    { dtype, shape }: tf.Tensor,
    isWritten: boolean,
  ): { tensor: tf.Tensor; node: string } {
    const attributes = { dtype: typeAttribute(typeNumber(dtype)) };
    const node = this.session.addNode({ op: 'ReadVariableOp', inputs: [handle], attributes }).name;
    this.reads.set(`${node}:0`, isWritten ? handle : null);
    return { node, tensor: this.stand(`${node}:0`, { dtype: typeNumber(dtype), shape }) };
  }

  /**
   * Runs a function on tensors without values.
   *
   * @throws TraceError if it reads a tensor's values (what follows would depend on them), or uses a tensor that existed
   *   before and is not an input (the graph would keep its present values forever)
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

  /**
   * Location of a tensor's values in the graph.
   *
   * @param op the op that uses it
   * @param after node of the backward pass after which a value of the forward pass is recomputed
   */
  placeOf(input: OpInput, op = 'output', after?: string): Place {
    if (input.dtype === 'int64')
      return this.addConstant(typeNumber('int64'), [], (input as Int64Scalar).valueArray);
    const { dataId, dtype, shape } = input as tf.TensorInfo;
    const values = this.constants.get(dataId);
    if (values !== undefined && !this.known.has(dataId))
      this.known.set(dataId, { place: this.addConstant(typeNumber(dtype), shape, values), shape });
    const known = this.known.get(dataId);
    if (known === undefined) throw strangeTensor(op, shape);
    const place = after === undefined ? known.place : this.cheap.anew(known.place, after, this.addPlace);
    return String(known.shape) === String(shape) ? place : this.reshape(place, typeNumber(dtype), shape);
  }

  /** tfjs reshapes by giving the same values another shape. The graph needs an op for this, one per shape. */
  private reshape(place: Place, type: number, shape: readonly number[]): Place {
    const key = `${place} ${shape}`;
    const reshaped =
      this.reshaped.get(key) ??
      this.addPlace({
        op: 'Reshape',
        inputs: [place, this.addConstant(typeNumber('int32'), [shape.length], Int32Array.from(shape))],
        attributes: { T: typeAttribute(type), Tshape: typeAttribute(typeNumber('int32')) },
      });
    this.reshaped.set(key, reshaped);
    return reshaped;
  }

  /** Location from which a tensor's values are fetched. */
  addOutput(tensor: tf.Tensor): Place {
    const attributes = { T: typeAttribute(typeNumber(tensor.dtype)) };
    return `${this.session.addNode({ op: 'Identity', inputs: [this.placeOf(tensor)], attributes }).name}:0`;
  }

  /** Adds an op that runs for its side effect. */
  addEffect(
    op: string,
    inputs: readonly Place[],
    controls: readonly string[],
    attributes: Attributes = {},
  ): string {
    const waits = [...this.barriers.slice(0, 1), ...controls];
    return this.session.addNode({ op, inputs, attributes, controls: waits }).name;
  }

  /** The op that took over a variable's memory; null if the variable still has it. */
  takerOf(handle: Place): string | null {
    return this.taken.get(handle) ?? null;
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
    this.backward = null;
  }

  endForward(): void {
    if (!this.settings.savesMemory) return;
    this.backward = new Set();
    // Rounded weights take half the memory of the weights, and little time.
    this.rounding.forget(this.reads.keys());
  }

  private addOp(op: string, attributes: readonly OpAttribute[], operands: readonly OpInput[]): tf.Tensor[] {
    const after = this.inBackward(operands);
    const inputs = operands.map((operand) => this.placeOf(operand, op, after));
    const values: Record<string, Message> = {};
    for (const attribute of attributes) values[attribute.name] = callAttribute(op, attribute);
    if (this.settings.precision === 'bf16' && products.has(op))
      return [this.addProduct(op, values, inputs, after)];
    for (const [i, name] of (inferredTypes[op] ?? []).entries())
      values[name] ??= typeAttribute(typeNumber(operands[i].dtype));
    const waits = [...this.release(op, inputs), ...this.exchanges.before(op)];
    const { name, outputs } = this.addNode(op, inputs, values, waits);
    this.exchanges.add(op, name);
    if (this.backward === null) this.cheap.add(`${name}:0`, { op, inputs, attributes: values });
    return outputs.map((output, i) => this.stand(`${name}:${i}`, output, op));
  }

  /** A matrix product in bf16, converted back to float32. */
  private addProduct(
    op: string,
    attributes: Attributes,
    inputs: readonly Place[],
    after?: string,
  ): tf.Tensor {
    const operands = inputs.map((place) =>
      this.rounding.round(place, this.reads.has(place) && after !== undefined ? [after] : []),
    );
    const product = this.addNode(op, operands, { ...attributes, T: typeAttribute(bfloat16) });
    const widened = this.rounding.widen(`${product.name}:0`);
    return this.stand(widened, { dtype: typeNumber('float32'), shape: product.outputs[0].shape }, op);
  }

  /**
   * Releases the values of variables that an op reads and replaces, so that the op is the only owner of their memory
   * and writes the new values there.
   */
  private release(op: string, inputs: readonly Place[]): string[] {
    if (!this.staged) return [];
    return inputs.slice(0, replacing[op] ?? 0).flatMap((place) => {
      const handle = this.reads.get(place) ?? null;
      this.reads.delete(place);
      if (handle === null) return [];
      this.taken.set(handle, op);
      return this.addEffect('DestroyResourceOp', [handle], [nodeOf(place), this.noteChange()]);
    });
  }

  /** A node of the backward pass that produces an operand, if there is one. */
  private inBackward(operands: readonly OpInput[]): string | undefined {
    if (this.backward === null) return undefined;
    return operands
      .map((operand) => nodeOf(this.known.get((operand as tf.TensorInfo).dataId)?.place ?? ':'))
      .find((node) => this.backward!.has(node));
  }

  private addConstant(type: number, shape: readonly number[], values: ConstantValues): Place {
    const add = (node: NodeArgs): Place => `${this.session.addNode(node).name}:0`;
    return addConstant(type, shape, values, add, this.addPlace);
  }

  private readonly addPlace = ({ op, inputs = [], attributes, controls }: NodeArgs): Place =>
    `${this.addNode(op, inputs, attributes, controls).name}:0`;

  private addNode(
    op: string,
    inputs: readonly Place[],
    attributes: Attributes = {},
    behind: readonly string[] = [],
  ): Node {
    const sources = inputs.map(nodeOf);
    // A node that uses a result of this stage waits for it anyway.
    const waits = this.staged && !sources.some((source) => this.inStage.has(source));
    const controls = waits ? [...behind, ...this.barriers.slice(-1)] : behind;
    const node = this.session.addNode({ op, inputs, attributes, controls });
    sources.forEach((source) => this.leaves.delete(source));
    this.backward?.add(node.name);
    this.leaves.add(node.name);
    this.inStage.add(node.name);
    return node;
  }

  /** A tensor that represents a location in the graph. */
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
