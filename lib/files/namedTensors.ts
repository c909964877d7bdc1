import { UserError } from '../errors';
import type { StoredTensor, TensorFile, TensorInfo } from './tensorFile';

export interface TensorFileArgs {
  /**
   * Which weights of a file are meant that holds several: where their state dict stands in it, such as `teacher` or
   * `models/teacher`, or how their names begin in a state dict of several networks.
   */
  readonly stateDict?: string;
}

/** Parts of names that PyTorch's wrappers add: compilation, data parallelism, sharding, recomputation. */
const wrappers = new Set(['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);
/** What `AveragedModel` counts beside the network that it wraps. */
const averages = 'n_averaged';

/**
 * The same tensors by the names that the network itself gives them: without the parts of wrappers, wherever they
 * stand; and, where a part of the file is asked for, only that part, without its name.
 *
 * @throws UserError where nothing in the file has this part's name
 */
export function namedTensors(file: TensorFile, { stateDict }: TensorFileArgs): TensorFile {
  const stored = file.names();
  const plain = plainNames(stored);
  const isPart = stateDict !== undefined && stateDict !== file.stateDict;
  const names = isPart ? partOf(plain, `${stateDict}.`) : plain;
  if (names.size === 0 && isPart) throw noSuchPart(file, stateDict);
  const isSame = names.size === stored.length && [...names].every(([name, from]) => name === from);
  return isSame ? file : new RenamedTensors(file, names, isPart ? stateDict : file.stateDict);
}

/** Names without wrappers, to those in the file; unchanged if two would become one. */
function plainNames(stored: readonly string[]): Map<string, string> {
  const names = new Map(stored.map((name) => [withoutWrappers(name), name]));
  if (names.size !== stored.length) return new Map(stored.map((name) => [name, name]));
  const isWrapped = stored.some((name) => name.startsWith('module.'));
  if (isWrapped) names.delete(averages);
  return names;
}

function withoutWrappers(name: string): string {
  const parts = name.split('.');
  // The last part is the tensor's own.
  return parts.filter((part, index) => index === parts.length - 1 || !wrappers.has(part)).join('.');
}

function partOf(names: ReadonlyMap<string, string>, prefix: string): Map<string, string> {
  const inside = [...names].filter(([name]) => name.startsWith(prefix));
  return new Map(inside.map(([name, from]) => [name.slice(prefix.length), from]));
}

function noSuchPart(file: TensorFile, part: string): UserError {
  const parts = [...new Set(file.names().map((name) => name.split('.', 1)[0]))].slice(0, 8).join(', ');
  return new UserError(`"${file.path}" has no part "${part}"; its names begin with ${parts}.`);
}

class RenamedTensors implements TensorFile {
  constructor(
    private readonly file: TensorFile,
    /** Names in the file by those that are shown. */
    private readonly stored: ReadonlyMap<string, string>,
    readonly stateDict: string | null,
  ) {}

  get path(): string {
    return this.file.path;
  }

  get format(): string {
    return this.file.format;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.file.metadata;
  }

  get otherStateDicts(): readonly string[] {
    return this.file.otherStateDicts;
  }

  get hashed(): boolean {
    return this.file.hashed;
  }

  names(): string[] {
    return [...this.stored.keys()];
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  entry(name: string): TensorInfo {
    return this.file.entry(this.nameInFile(name));
  }

  storageOf(name: string): string {
    return this.file.storageOf(this.nameInFile(name));
  }

  check(onBytes?: (done: number, total: number) => void): void {
    this.file.check(onBytes);
  }

  read(name: string): StoredTensor {
    return this.file.read(this.nameInFile(name));
  }

  close(): void {
    this.file.close();
  }

  /** A name that is not there stays as it is, for the file's own message. */
  private nameInFile(name: string): string {
    return this.stored.get(name) ?? name;
  }
}
