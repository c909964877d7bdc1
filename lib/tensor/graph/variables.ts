import { typeNumber } from '../backend';
import { tf } from '../native';
import { shapeAttribute, textAttribute, typeAttribute } from './attributes';
import { GraphError } from './nativeError';
import type { Feed, Fetched, GraphSession, Place } from './graphSession';
import { type Home, isResident, makeResident, settle } from './residentBackend';
import { typedValues } from './values';

/** A variable of a session. */
interface Variable {
  readonly name: string;
  readonly dtype: tf.DataType;
  readonly shape: readonly number[];
  readonly handle: Place;
  /** The data id of the tensor whose values it holds. */
  holds: object | null;
}

/** Ops that read and write any variable of one type: each graph that is run costs time at its first run. */
interface Access {
  readonly handle: Place;
  readonly value: Place;
  readonly fed: Place;
  readonly assign: string;
}

/** TensorFlow's number of the type of a variable's handle. */
const resource = 20;

/** The variables of a session, which all functions in it share by name, and the tensors that stand for them. */
export class Variables implements Home {
  private readonly byName = new Map<string, Variable>();
  private readonly byData = new WeakMap<object, Variable>();
  private readonly handles = new Map<Variable, Uint8Array>();
  private readonly accesses = new Map<tf.DataType, Access>();
  /** Whether a run is under way that changes variables. */
  busy = false;

  constructor(private readonly session: GraphSession) {}

  /** The variable of a name for tensors of this type and shape, made when it is asked for first. */
  variable(path: string, { dtype, shape }: { dtype: tf.DataType; shape: readonly number[] }): Variable {
    const name = `${path} ${dtype}[${shape.join()}]`;
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const attributes = {
      dtype: typeAttribute(typeNumber(dtype)),
      shape: shapeAttribute(shape),
      shared_name: textAttribute(name),
    };
    const handle = `${this.session.addNode({ op: 'VarHandleOp', attributes }).name}:0`;
    const variable: Variable = { name, dtype, shape, handle, holds: null };
    this.byName.set(name, variable);
    return variable;
  }

  /** Lets a variable hold a tensor's values; nothing is done where it does. */
  push(variable: Variable, tensor: tf.Tensor): void {
    if (variable.holds === tensor.dataId) return;
    this.release(variable);
    const { dtype, shape } = variable;
    const access = this.access(dtype);
    const values = tensor.dataSync() as Float32Array;
    variable.holds = null;
    this.session.run({
      feeds: [this.handle(variable, access), { place: access.fed, dtype: typeNumber(dtype), shape, values }],
      fetches: [],
      targets: [access.assign],
    });
    this.hold(variable, tensor.dataId);
  }

  /** The tensor that stands for a variable after a run has changed it; the one before it has lost its values. */
  renew(variable: Variable): tf.Tensor {
    const tensor = makeResident(this, variable.shape, variable.dtype);
    this.hold(variable, tensor.dataId);
    return tensor;
  }

  /** After a run that broke off while it changed variables. */
  lose(variables: Iterable<Variable>): void {
    for (const variable of variables) variable.holds = null;
  }

  read(dataId: object): tf.BackendValues {
    const variable = this.byData.get(dataId);
    if (variable === undefined || variable.holds !== dataId)
      throw new GraphError('FAILED_PRECONDITION', 'The values of this tensor are gone: a later run has replaced them.');
    if (this.busy)
      throw new GraphError('UNAVAILABLE', `A run is changing "${variable.name}": read it when the run has ended.`);
    return typedValues(this.fetch(variable)) as tf.BackendValues;
  }

  /** What a variable holds now. */
  fetch(variable: Variable): Fetched {
    const access = this.access(variable.dtype);
    return this.session.run({ feeds: [this.handle(variable, access)], fetches: [access.value] })[0];
  }

  /** Moves all values that somebody may still read out of the session. */
  dispose(): void {
    for (const variable of this.byName.values()) this.release(variable);
  }

  private access(dtype: tf.DataType): Access {
    const known = this.accesses.get(dtype);
    if (known !== undefined) return known;
    const add = (op: string, inputs: Place[], type: number) =>
      this.session.addNode({ op, inputs, attributes: { dtype: typeAttribute(type) } }).name;
    const type = typeNumber(dtype);
    const handle = `${add('Placeholder', [], resource)}:0`;
    const fed = `${add('Placeholder', [], type)}:0`;
    const value = `${add('ReadVariableOp', [handle], type)}:0`;
    const access = { handle, fed, value, assign: add('AssignVariableOp', [handle, fed], type) };
    this.accesses.set(dtype, access);
    return access;
  }

  /** The handle of a variable, to be fed. */
  private handle(variable: Variable, { handle: place }: Access): Feed {
    if (!this.handles.has(variable)) {
      const fresh = [...this.byName.values()].filter((other) => !this.handles.has(other));
      const fetched = this.session.run({ feeds: [], fetches: fresh.map(({ handle }) => handle) });
      fetched.forEach(({ values }, i) => this.handles.set(fresh[i], new Uint8Array(values)));
    }
    return { place, dtype: resource, shape: [], values: this.handles.get(variable)! };
  }

  private release({ holds }: Variable): void {
    if (holds !== null && isResident(holds)) settle(holds);
  }

  private hold(variable: Variable, dataId: object): void {
    variable.holds = dataId;
    this.byData.set(dataId, variable);
  }
}

export type { Variable };
