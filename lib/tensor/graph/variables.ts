import { nodeBackend, typeNumber } from '../backend';
import { tf } from '../native';
import {
  type Attributes,
  integerAttribute,
  shapeAttribute,
  textAttribute,
  typeAttribute,
} from './attributes';
import { GraphError } from './nativeError';
import type { Feed, Fetched, GraphSession, Place } from './graphSession';
import { type Home, adoptResident, isResident, makeResident, settle } from './residentBackend';
import { typedValues } from './values';

/** A variable of a session. */
export interface Variable {
  readonly name: string;
  readonly dtype: tf.DataType;
  readonly shape: readonly number[];
  readonly handle: Place;
  /** Where its values come out. */
  readonly value: Place;
  /** The data id of the tensor whose values it holds. */
  holds: object | null;
}

/**
 * Ops that read and write whichever variable is chosen: TensorFlow prepares every selection of ops anew at its first
 * run, which would take long for one selection per variable.
 */
interface Access {
  /** Variables to choose from. */
  readonly among: readonly Variable[];
  /** Where the choice is fed: true for one of all. */
  readonly choice: Place;
  readonly value: Place;
  readonly fed: Place;
  readonly assign: string;
}

/** So many reads after a change are of single variables; whoever goes on, as a checkpoint does, reads them all. */
const singleReads = 8;

/** Values that are read in one run. They are not copied, but live until nobody has them any more. */
const valuesAtOnce = 2 ** 28;

/** TensorFlow's number of the type of a variable's handle. */
const resource = 20;

/** The variables of a session, which all functions in it share by name, and the tensors that stand for them. */
export class Variables implements Home {
  private readonly byName = new Map<string, Variable>();
  private readonly byData = new WeakMap<object, Variable>();
  private readonly accesses = new Map<tf.DataType, Access>();
  /** Values of variables that were read together with one that somebody asked for. */
  private readonly ahead = new Map<Variable, Fetched>();
  private readsSinceChange = 0;
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
    const read = { op: 'ReadVariableOp', inputs: [handle], attributes: { dtype: attributes.dtype } };
    const value = `${this.session.addNode(read).name}:0`;
    const variable: Variable = { name, dtype, shape, handle, value, holds: null };
    this.byName.set(name, variable);
    return variable;
  }

  /**
   * Lets a variable hold a tensor's values; nothing is done where it does.
   *
   * @param move whether the values may be taken out of the tensor's own memory, since a run is about to replace them
   */
  push(variable: Variable, tensor: tf.Tensor, move = false): void {
    if (variable.holds === tensor.dataId) return;
    this.release(variable);
    const write = (values: tf.BackendValues) => this.write(variable, values as Float32Array);
    if (move && isUnshared(tensor)) adoptResident(tensor.dataId, this, write);
    else write(tensor.dataSync());
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
      throw new GraphError(
        'FAILED_PRECONDITION',
        'The values of this tensor are gone: a later run has replaced them.',
      );
    if (this.busy)
      throw new GraphError(
        'UNAVAILABLE',
        `A run is changing "${variable.name}": read it when the run has ended.`,
      );
    this.readsSinceChange += 1;
    if (this.readsSinceChange > singleReads && !this.ahead.has(variable)) this.readAhead(variable);
    const fetched = this.ahead.get(variable) ?? this.fetch(variable);
    this.ahead.delete(variable);
    return typedValues(fetched) as tf.BackendValues;
  }

  /** To be called before a run changes variables: what was read ahead no longer holds. */
  forget(): void {
    this.ahead.clear();
    this.readsSinceChange = 0;
  }

  /** What a variable holds now. */
  fetch(variable: Variable): Fetched {
    const access = this.access(variable.dtype);
    return this.session.run({ feeds: [choose(variable, access)], fetches: [access.value] })[0];
  }

  /** Moves all values that somebody may still read out of the session. */
  dispose(): void {
    for (const variable of this.byName.values()) this.release(variable);
  }

  private write(variable: Variable, values: Float32Array): void {
    const { dtype, shape } = variable;
    const access = this.access(dtype);
    variable.holds = null;
    this.ahead.delete(variable);
    this.session.run({
      feeds: [choose(variable, access), { place: access.fed, dtype: typeNumber(dtype), shape, values }],
      fetches: [],
      targets: [access.assign],
    });
  }

  /** Reads a variable and those made before and after it in one run. */
  private readAhead(variable: Variable): void {
    const group: Variable[] = [];
    let values = 0;
    for (const other of this.byName.values()) {
      if (other.holds === null) continue;
      if (values > valuesAtOnce) {
        if (group.includes(variable)) break;
        group.length = values = 0;
      }
      group.push(other);
      values += other.shape.reduce((product, size) => product * size, 1);
    }
    const fetched = this.session.run({ feeds: [], fetches: group.map(({ value }) => value) });
    group.forEach((each, i) => this.ahead.set(each, fetched[i]));
  }

  private access(dtype: tf.DataType): Access {
    const among = [...this.byName.values()].filter((variable) => variable.dtype === dtype);
    const known = this.accesses.get(dtype);
    if (known?.among.length === among.length) return known;
    const access = this.addAccess(dtype, among);
    this.accesses.set(dtype, access);
    return access;
  }

  private addAccess(dtype: tf.DataType, among: readonly Variable[]): Access {
    const add = (op: string, inputs: Place[], attributes: Attributes) =>
      this.session.addNode({ op, inputs, attributes }).name;
    const bool = typeAttribute(typeNumber('bool'));
    const values = { dtype: typeAttribute(typeNumber(dtype)) };
    const handles = { T: typeAttribute(resource) };
    const choice = `${add('Placeholder', [], { dtype: bool, shape: shapeAttribute([among.length]) })}:0`;
    const chosen = add('Unpack', [choice], { T: bool, num: integerAttribute(among.length) });
    const ways = among.map(({ handle }, i) => `${add('Switch', [handle, `${chosen}:${i}`], handles)}:1`);
    const handle = `${add('Merge', ways, handles)}:0`;
    const fed = `${add('Placeholder', [], values)}:0`;
    const value = `${add('ReadVariableOp', [handle], values)}:0`;
    return { among, choice, fed, value, assign: add('AssignVariableOp', [handle, fed], values) };
  }

  private release({ holds }: Variable): void {
    if (holds !== null && isResident(holds)) settle(holds);
  }

  private hold(variable: Variable, dataId: object): void {
    variable.holds = dataId;
    this.byData.set(dataId, variable);
  }
}

/** Whether the ordinary backend has the tensor's values for nobody else. */
function isUnshared({ dataId }: tf.Tensor): boolean {
  return !isResident(dataId) && nodeBackend().refCount(dataId) === 1;
}

function choose(variable: Variable, { among, choice: place }: Access): Feed {
  const values = Uint8Array.from(among, (other) => Number(other === variable));
  return { place, dtype: typeNumber('bool'), shape: [among.length], values };
}
