import { nodeBackend, typeNumber } from '../backend';
import { tf } from '../native';
import {
  type Attributes,
  integerAttribute,
  shapeAttribute,
  textAttribute,
  typeAttribute,
} from './attributes';
import { collectGarbage } from './collectGarbage';
import { groupsBySize } from './groupsBySize';
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
  /** Output with its values. */
  readonly value: Place;
  /** Source of the values of the tensors that represent it. */
  readonly home: Home;
  /** Data id of the tensor whose values it holds. */
  holds: object | null;
}

/**
 * Ops that read a selectable variable. TensorFlow prepares each new set of ops at its first run, which would take long
 * with a separate set for each variable.
 */
interface Access {
  /** Variables to select from. */
  readonly among: readonly Variable[];
  /** Placeholder of the selection: true for one of all. */
  readonly choice: Place;
  readonly value: Place;
}

/** A tensor whose values are to be stored in a variable. */
export interface Arrival {
  readonly variable: Variable;
  readonly tensor: tf.Tensor;
  /** True if the values may be moved out of the tensor's own memory, because a run is about to replace them. */
  readonly move: boolean;
}

/** Ops that write one variable. */
interface Entry {
  /** Placeholder for its values. */
  readonly fed: Place;
  readonly assign: string;
}

/**
 * Up to this number of reads after a change, variables are read singly. Whoever continues, such as a checkpoint, reads
 * all.
 */
const singleReads = 8;

/** Values that are read in one run. They are not copied, but stay in memory until nothing uses them any more. */
const valuesAtOnce = 2 ** 28;

/** Values that are written in one run: this many are briefly in memory twice. */
const valuesWritten = 2 ** 26;

/** Number of values that justifies a garbage collection, which takes some hundredths of a second. */
const manyValues = 2 ** 20;

/** TensorFlow's number for the type of a variable's handle. */
const resource = 20;

/** The variables of a session, which all its functions share by name, and the tensors that represent them. */
export class Variables {
  private readonly byName = new Map<string, Variable>();
  private readonly entries = new Map<Variable, Entry>();
  private readonly accesses = new Map<tf.DataType, Access>();
  /** Values of variables that were read together with a requested one. */
  private readonly ahead = new Map<Variable, Fetched>();
  private readsSinceChange = 0;
  /** True while a run is changing variables. */
  busy = false;

  constructor(private readonly session: GraphSession) {}

  /** The variable with this name for tensors of this type and shape; created at first use. */
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
    const home: Home = { read: (dataId) => this.read(variable, dataId) };
    const variable: Variable = { name, dtype, shape, handle, value, home, holds: null };
    this.byName.set(name, variable);
    return variable;
  }

  /** Stores the values of tensors in variables; those already stored are skipped. */
  push(arrivals: readonly Arrival[]): void {
    const stale = arrivals.filter(({ variable, tensor }) => variable.holds !== tensor.dataId);
    const size = ({ variable }: Arrival) => sizeOf(variable);
    for (const group of groupsBySize(stale, size, valuesWritten)) {
      this.pushGroup(group);
      // The values are in the session now, and their arrays in JavaScript are garbage.
      if (group.reduce((sum, arrival) => sum + size(arrival), 0) > manyValues) collectGarbage();
    }
  }

  /** A new tensor for a variable that a run has changed. The previous tensor has lost its values. */
  renew(variable: Variable): tf.Tensor {
    const tensor = makeResident(variable.home, variable.shape, variable.dtype);
    variable.holds = tensor.dataId;
    return tensor;
  }

  /** To be called after a run that failed while changing variables. */
  lose(variables: Iterable<Variable>): void {
    for (const variable of variables) variable.holds = null;
  }

  /** To be called before a run changes variables: values read ahead become invalid. */
  forget(): void {
    this.ahead.clear();
    this.readsSinceChange = 0;
  }

  /** Current values of a variable. */
  fetch(variable: Variable): Fetched {
    const access = this.access(variable.dtype);
    return this.session.run({ feeds: [choose(variable, access)], fetches: [access.value] })[0];
  }

  /** Moves all values that may still be read out of the session. */
  dispose(): void {
    for (const variable of this.byName.values()) this.release(variable);
  }

  private read(variable: Variable, dataId: object): tf.BackendValues {
    if (variable.holds !== dataId)
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

  private pushGroup(group: readonly Arrival[]): void {
    group.forEach(({ variable }) => this.release(variable));
    const moves = group.map(({ tensor, move }) =>
      move && isUnshared(tensor) ? adoptResident(tensor.dataId) : null,
    );
    this.write(group.map(({ variable, tensor }, i) => [variable, moves[i]?.values ?? tensor.dataSync()]));
    group.forEach(({ variable, tensor }, i) => {
      moves[i]?.arrive(variable.home);
      variable.holds = tensor.dataId;
    });
  }

  private write(values: readonly (readonly [Variable, tf.BackendValues])[]): void {
    for (const [variable] of values) {
      variable.holds = null;
      this.ahead.delete(variable);
    }
    const feeds = values.map(([variable, each]): Feed => {
      const { dtype, shape } = variable;
      return {
        place: this.entry(variable).fed,
        dtype: typeNumber(dtype),
        shape,
        values: each as Float32Array,
      };
    });
    const targets = values.map(([variable]) => this.entry(variable).assign);
    this.session.run({ feeds, fetches: [], targets });
  }

  /** Ops that write a variable. */
  private entry(variable: Variable): Entry {
    const known = this.entries.get(variable);
    if (known !== undefined) return known;
    const attributes = { dtype: typeAttribute(typeNumber(variable.dtype)) };
    const fed = `${this.session.addNode({ op: 'Placeholder', attributes }).name}:0`;
    const inputs = [variable.handle, fed];
    const entry = { fed, assign: this.session.addNode({ op: 'AssignVariableOp', inputs, attributes }).name };
    this.entries.set(variable, entry);
    return entry;
  }

  /** Reads a variable, and those created before and after it, in one run. */
  private readAhead(variable: Variable): void {
    const held = [...this.byName.values()].filter(({ holds }) => holds !== null);
    const group = groupsBySize(held, sizeOf, valuesAtOnce).find((each) => each.includes(variable))!;
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
    return { among, choice, value: `${add('ReadVariableOp', [handle], values)}:0` };
  }

  private release({ holds }: Variable): void {
    if (holds !== null && isResident(holds)) settle(holds);
  }
}

function sizeOf({ shape }: Variable): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** True if no other tensor shares the values in the ordinary backend. */
function isUnshared({ dataId }: tf.Tensor): boolean {
  return !isResident(dataId) && nodeBackend().refCount(dataId) === 1;
}

function choose(variable: Variable, { among, choice: place }: Access): Feed {
  const values = Uint8Array.from(among, (other) => Number(other === variable));
  return { place, dtype: typeNumber('bool'), shape: [among.length], values };
}
