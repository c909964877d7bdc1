import { UserError } from '../../errors';
import type { StoredTensor, TensorFile, TensorInfo } from './tensorFile';

export interface TensorFileArgs {
  /**
   * Weights to use where a file holds several: the path of their state dict, such as `teacher` or
   * `models/teacher`, or the prefix of their names in a state dict of several networks.
   */
  readonly stateDict?: string;
}

/** Name parts added by PyTorch's wrappers: compilation, data parallelism, sharding, recomputation. */
const wrappers = new Set(['_orig_mod', 'module', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);
/** Counter that `AveragedModel` stores beside the network it wraps. */
const averages = 'n_averaged';

/**
 * The same tensors under the network's own names: without the name parts of wrappers, wherever they occur. If
 * a part of the file is requested, only that part, without its prefix.
 *
 * @throws UserError if no name in the file has this prefix
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

/** Maps names without wrappers to those in the file; unchanged if two would become equal. */
function plainNames(stored: readonly string[]): Map<string, string> {
  const names = new Map(stored.map((name) => [withoutWrappers(name), name]));
  if (names.size !== stored.length) return new Map(stored.map((name) => [name, name]));
  const isWrapped = stored.some((name) => name.startsWith('module.'));
  if (isWrapped) names.delete(averages);
  return names;
}

function withoutWrappers(name: string): string {
  const parts = name.split('.');
  // The last part is the tensor's own name.
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
    /** Names in the file, keyed by the names shown. */
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

  /** Unknown names are kept, so that the file itself reports them. */
  private nameInFile(name: string): string {
    return this.stored.get(name) ?? name;
  }
}
