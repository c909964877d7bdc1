import { build, isKnown } from './allowList';
import { OpaqueObject, isHarmful } from './opaque';
import { PickleError, type PickleInput } from './pickleInput';
import { NumpyType, PickleDict, PickleGlobal, type PickleValue } from './pickleValues';

/** Thrown for a pickle that mentions Python code that acts on the machine. */
export class ForbiddenGlobal extends PickleError {
  constructor(readonly global: string) {
    super(`it mentions ${global}`);
  }
}

/** Resolves a persistent id to a value; PyTorch refers to storages this way. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

/** Far above what any state dict needs, and far below what would exhaust a machine. */
const limits = { operations: 4_000_000, stack: 1_000_000, memo: 1_000_000, depth: 1000 } as const;

/**
 * Reads one pickle (protocols 2 to 5) as plain data. No code of the file is looked up or run: the values of
 * names on the allow-list are built here, and objects of other classes are opaque.
 *
 * @throws PickleError, ForbiddenGlobal
 */
export function unpickle(input: PickleInput, persistentLoad: PersistentLoad): PickleValue {
  return new PickleMachine(input, persistentLoad).run();
}

class PickleMachine {
  private stack: PickleValue[] = [];
  /** Stacks below the open marks. */
  private readonly below: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();
  /** Values on all stacks below the current one. */
  private belowCount = 0;

  constructor(
    private readonly input: PickleInput,
    private readonly persistentLoad: PersistentLoad,
  ) {}

  run(): PickleValue {
    if (this.input.byte() !== 0x80) throw new PickleError('it is not a pickle of protocol 2 or later');
    this.protocol();
    for (let operation = 0; operation < limits.operations; operation++) {
      const opcode = this.input.byte();
      if (opcode === 0x2e /* STOP */) return this.finish();
      this.step(opcode);
      if (this.stack.length + this.belowCount > limits.stack)
        throw new PickleError('its stack grows too large');
    }
    throw new PickleError(`it has more than ${limits.operations} operations`);
  }

  private finish(): PickleValue {
    if (this.stack.length !== 1 || this.below.length > 0) throw new PickleError('it ends in the middle');
    return this.stack[0];
  }

  private step(opcode: number): void {
    const { input } = this;
    switch (opcode) {
      case 0x80: // PROTO
        return this.protocol();
      case 0x95: // FRAME
        return void input.uint64();
      case 0x28: // MARK
        return this.mark();
      // Constants and numbers
      case 0x4e: // NONE
        return this.push(null);
      case 0x88: // NEWTRUE
        return this.push(true);
      case 0x89: // NEWFALSE
        return this.push(false);
      case 0x4a: // BININT
        return this.push(input.int32());
      case 0x4b: // BININT1
        return this.push(input.byte());
      case 0x4d: // BININT2
        return this.push(input.uint16());
      case 0x8a: // LONG1
        return this.push(input.long(input.byte()));
      case 0x8b: // LONG4
        return this.push(input.long(input.uint32()));
      case 0x47: // BINFLOAT
        return this.push(input.float64());
      // Text and bytes
      case 0x58: // BINUNICODE
        return this.push(input.text(input.uint32()));
      case 0x8c: // SHORT_BINUNICODE
        return this.push(input.text(input.byte()));
      case 0x8d: // BINUNICODE8
        return this.push(input.text(input.uint64()));
      case 0x54: // BINSTRING, text of Python 2
        return this.push(input.text(input.uint32()));
      case 0x55: // SHORT_BINSTRING
        return this.push(input.text(input.byte()));
      case 0x42: // BINBYTES
        return this.push(Uint8Array.from(input.take(input.uint32())));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.push(Uint8Array.from(input.take(input.uint64())));
      case 0x43: // SHORT_BINBYTES
        return this.push(Uint8Array.from(input.take(input.byte())));
      // Containers
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        return this.push([]);
      case 0x29: // EMPTY_TUPLE
        return this.push(Object.freeze([]));
      case 0x7d: // EMPTY_DICT
        return this.push(new PickleDict());
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        return this.push(Object.freeze(this.popMark()));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.push(Object.freeze(this.popCount(opcode - 0x84)));
      case 0x61: // APPEND
        return this.append(this.popCount(1));
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.append(this.popMark());
      case 0x73: // SETITEM
        return this.setItems(this.popCount(2));
      case 0x75: // SETITEMS
        return this.setItems(this.popMark());
      // A tuple that contains itself is popped and recalled from the memo
      case 0x30: // POP
        return void this.pop();
      case 0x31: // POP_MARK
        return void this.popMark();
      // Memo
      case 0x71: // BINPUT
        return this.remember(input.byte());
      case 0x72: // LONG_BINPUT
        return this.remember(input.uint32());
      case 0x94: // MEMOIZE
        return this.remember(this.memo.size);
      case 0x68: // BINGET
        return this.recall(input.byte());
      case 0x6a: // LONG_BINGET
        return this.recall(input.uint32());
      // Names, calls and references
      case 0x63: // GLOBAL
        return this.global(input.line(), input.line());
      case 0x93: // STACK_GLOBAL
        return this.stackGlobal();
      case 0x52: // REDUCE
        return this.reduce();
      case 0x81: // NEWOBJ
        return this.newObject(this.popCount(2)[0], opcode);
      case 0x92: // NEWOBJ_EX
        return this.newObject(this.popCount(3)[0], opcode);
      case 0x62: // BUILD
        return this.build();
      case 0x51: // BINPERSID
        return this.push(this.persistentLoad(this.pop()));
      default:
        throw unneeded(opcode);
    }
  }

  private protocol(): void {
    const version = this.input.byte();
    if (version < 2 || version > 5) throw new PickleError(`its pickle is of protocol ${version}, not 2 to 5`);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw new PickleError('its operations do not fit together');
    return value;
  }

  private popCount(count: number): PickleValue[] {
    if (this.stack.length < count) throw new PickleError('its operations do not fit together');
    return this.stack.splice(this.stack.length - count);
  }

  private mark(): void {
    if (this.below.length === limits.depth) throw new PickleError('it is nested too deeply');
    this.below.push(this.stack);
    this.belowCount += this.stack.length;
    this.stack = [];
  }

  /** Pops the values since the last mark. */
  private popMark(): PickleValue[] {
    const values = this.stack;
    const before = this.below.pop();
    if (before === undefined) throw new PickleError('its operations do not fit together');
    this.stack = before;
    this.belowCount -= before.length;
    return values;
  }

  private append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (list instanceof OpaqueObject) return;
    if (!isList(list)) throw new PickleError('it appends to something that is not a list');
    for (const value of values) list.push(value);
  }

  private setItems(values: readonly PickleValue[]): void {
    const dict = this.top();
    if (dict instanceof OpaqueObject) return;
    if (!(dict instanceof PickleDict) || values.length % 2 !== 0) {
      throw new PickleError('it sets items of something that is not a dict');
    }
    for (let i = 0; i < values.length; i += 2) dict.set(keyOf(values[i]), values[i + 1]);
  }

  private top(): PickleValue {
    if (this.stack.length === 0) throw new PickleError('its operations do not fit together');
    return this.stack[this.stack.length - 1];
  }

  private remember(index: number): void {
    if (this.memo.size >= limits.memo) throw new PickleError('its memo grows too large');
    this.memo.set(index, this.top());
  }

  private recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError('it recalls what it never remembered');
    this.push(value);
  }

  private global(module: string, attribute: string): void {
    const name = `${module}.${attribute}`;
    if (!isKnown(name) && isHarmful(module, attribute)) throw new ForbiddenGlobal(name);
    this.push(new PickleGlobal(name));
  }

  private stackGlobal(): void {
    const [module, attribute] = this.popCount(2);
    if (typeof module !== 'string' || typeof attribute !== 'string') {
      throw new PickleError('it names something with a value that is not text');
    }
    this.global(module, attribute);
  }

  private reduce(): void {
    const [callable, args] = this.popCount(2);
    if (callable instanceof OpaqueObject) return this.push(new OpaqueObject(callable.name));
    if (!(callable instanceof PickleGlobal) || !Array.isArray(args)) {
      throw new PickleError('it calls something that is not a function');
    }
    this.push(build(callable.name, args));
  }

  /** An object of a given class. Those on the allow-list are made only by calls. */
  private newObject(type: PickleValue, opcode: number): void {
    if (!(type instanceof PickleGlobal))
      throw new PickleError('it makes an object of something that is not a class');
    if (isKnown(type.name)) throw unneeded(opcode);
    this.push(new OpaqueObject(type.name));
  }

  /**
   * Attributes of a dict (a state dict's `_metadata`) and of opaque objects are dropped; a numpy type takes
   * its byte order from them.
   */
  private build(): void {
    const [target, state] = this.popCount(2);
    if (target instanceof NumpyType && Array.isArray(state)) target.littleEndian = state[1] !== '>';
    else if (
      !(target instanceof OpaqueObject) &&
      !(target instanceof PickleDict && state instanceof PickleDict)
    ) {
      throw new PickleError('it sets attributes of something that has none');
    }
    this.push(target);
  }
}

/** Python cannot hash mutable values either. */
function keyOf(value: PickleValue): PickleValue {
  if (isList(value) || value instanceof PickleDict) {
    throw new PickleError('a dict in it has keys that are not plain');
  }
  return value;
}

function isList(value: PickleValue): value is PickleValue[] {
  return Array.isArray(value) && !Object.isFrozen(value);
}

function unneeded(opcode: number): PickleError {
  const code = `0x${opcode.toString(16).padStart(2, '0')}`;
  return new PickleError(`it uses the pickle operation ${code}, which weights don't need`);
}
