import { UserError } from '../../errors';
import { RandomAccessFile } from '../randomAccessFile';
import { bytesPerValue, valueCount } from '../tensors/safetensorsHeader';
import { decodeValues, typeOf } from '../tensors/tensorCodec';
import type { StoredTensor, TensorFile, TensorInfo } from '../tensors/tensorFile';
import { isLegacy, legacyStartBytes, readLegacy } from './legacy';
import { storagesFrom } from './persistent';
import { PickleError, PickleInput } from './pickleInput';
import { ForbiddenGlobal, unpickle } from './pickleMachine';
import type { PickleValue, TensorRef } from './pickleValues';
import { OpaqueObject, UnreadableTensor } from './opaque';
import { type FoundState, findStateDict } from './stateDict';
import { type StoragePlace, Storages, checkPlace } from './storages';
import { damagedZip, readRecord, zipRecords } from './zipRecords';

/** Limit on the pickle [bytes]; a pickle of weights takes some hundred bytes per tensor. */
const maxPickleBytes = 32 * 2 ** 20;
/**
 * Views may repeat values, but only up to a limit: all tensors together may take at most this many times the
 * file's size.
 */
const maxUnfolding = 16;
const smallBytes = 64 * 2 ** 20;
/** Record in which this project's own files store their metadata; PyTorch ignores it. */
export const metadataRecord = 'xkd.json';
const maxMetadataBytes = 2 ** 20;

interface Content {
  readonly format: string;
  readonly root: PickleValue;
  readonly places: ReadonlyMap<string, StoragePlace>;
  readonly bigEndian: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A state dict whose tensors can all be read. */
interface ReadableState extends FoundState {
  readonly tensors: ReadonlyMap<string, TensorRef>;
}

/** A file written by `torch.save`, open for reading tensor by tensor. No code in it is run. */
export class TorchReader implements TensorFile {
  private constructor(
    private readonly file: RandomAccessFile,
    readonly format: string,
    private readonly state: ReadableState,
    private readonly storages: Storages,
  ) {}

  /**
   * Opens a file of either format (zip, or before PyTorch 1.6), finds the state dict in it and checks every
   * tensor's position before any memory is allocated.
   *
   * @param stateDict the one to use, if the file holds several; if it holds one, this may name a part of it
   * @throws UserError naming the file and what is wrong with it, or the Python code that it mentions
   */
  static async open(path: string, stateDict?: string): Promise<TorchReader> {
    const file = RandomAccessFile.open(path);
    try {
      const { format, root, places, bigEndian, metadata } = await readContent(file);
      const found = chooseState(path, root, stateDict);
      checkTensors(file, found, places);
      const state = { ...found, metadata: { ...found.metadata, ...metadata } };
      return new TorchReader(file, format, state, new Storages(file, places, bigEndian));
    } catch (error) {
      file.close();
      throw error instanceof PickleError ? refusal(path, error) : error;
    }
  }

  get path(): string {
    return this.file.path;
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.state.metadata;
  }

  get stateDict(): string | null {
    return this.state.path || null;
  }

  get otherStateDicts(): readonly string[] {
    return this.state.others;
  }

  names(): string[] {
    return [...this.state.tensors.keys()];
  }

  has(name: string): boolean {
    return this.state.tensors.has(name);
  }

  entry(name: string): TensorInfo {
    const { storage, shape } = this.tensor(name);
    return { dtype: storage.dtype, shape, byteLength: valueCount(shape) * bytesPerValue[storage.dtype] };
  }

  storageOf(name: string): string {
    const { storage, offset, shape, strides } = this.tensor(name);
    return [storage.key, storage.start + offset, shape.join('x'), strides.join('x')].join(' ');
  }

  get hashed(): boolean {
    return this.storages.hashed;
  }

  check(onBytes: (done: number, total: number) => void = () => undefined): void {
    this.storages.check(onBytes);
  }

  read(name: string): StoredTensor {
    const tensor = this.tensor(name);
    const data = decodeValues(tensor.storage.dtype, this.storages.read(tensor));
    if (!data) {
      throw new UserError(
        `"${name}" in "${this.path}" has values of type ${tensor.storage.dtype} that cannot be held as F32 or I32; convert it first.`,
      );
    }
    return { dtype: typeOf(data), shape: tensor.shape, data };
  }

  close(): void {
    this.file.close();
  }

  private tensor(name: string): TensorRef {
    const tensor = this.state.tensors.get(name);
    if (!tensor) throw new UserError(`"${this.path}" has no tensor "${name}"; is it a file of another kind?`);
    return tensor;
  }
}

/** True if a file starts like one of `torch.save`, in either format. */
export function isTorchFile(start: Uint8Array): boolean {
  return isZip(start) || isLegacy(start);
}

function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

async function readContent(file: RandomAccessFile): Promise<Content> {
  const start = new Uint8Array(file.read(0, Math.min(legacyStartBytes, file.byteLength)));
  if (isLegacy(start)) {
    return { format: 'PyTorch, before 1.6', metadata: {}, ...readLegacy(file, maxPickleBytes) };
  }
  if (!isZip(start)) throw damagedZip(file.path, 'it does not start as a file of torch.save does');
  return readZip(file);
}

async function readZip(file: RandomAccessFile): Promise<Content> {
  const records = await zipRecords(file);
  if (records.has('constants.pkl') || [...records.keys()].some((name) => name.startsWith('code/'))) {
    throw new UserError(
      `"${file.path}" is a TorchScript program, not weights; in Python, save its weights: torch.save(torch.jit.load(FILE).state_dict(), NEW).`,
    );
  }
  const small = (name: string, maxBytes: number): Buffer | null => {
    const record = records.get(name);
    if (record === undefined) return null;
    if (record.byteLength > maxBytes) throw new PickleError(`"${name}" has ${record.byteLength} bytes`);
    return Buffer.from(readRecord(file, record));
  };
  const pickle = small('data.pkl', maxPickleBytes);
  if (pickle === null) throw damagedZip(file.path, 'it is a zip file without "data.pkl"');
  const fetch = (offset: number, length: number) => pickle.subarray(offset, offset + length);
  const root = unpickle(new PickleInput(fetch, 0, maxPickleBytes), storagesFrom(new Map()));
  const places = new Map<string, StoragePlace>();
  for (const [name, record] of records) {
    if (!name.startsWith('data/')) continue;
    places.set(name.slice('data/'.length), { offset: record.offset, byteLength: record.byteLength, record });
  }
  return {
    format: 'PyTorch, zip',
    root,
    places,
    bigEndian: small('byteorder', 16)?.toString().trim() === 'big',
    metadata: parseMetadata(small(metadataRecord, maxMetadataBytes)),
  };
}

function parseMetadata(json: Buffer | null): Record<string, string> {
  if (json === null) return {};
  try {
    const entries = Object.entries(JSON.parse(json.toString()) as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

function chooseState(path: string, root: PickleValue, asked: string | undefined): ReadableState {
  let found = findStateDict(root, asked);
  if (found === null) {
    const held = root instanceof OpaqueObject ? ` but an object of the class ${printable(root.name)}` : '';
    throw new UserError(
      `"${path}" holds no state dict (tensors by name)${held}; in Python, save one: torch.save(model.state_dict(), FILE).`,
    );
  }
  if ('paths' in found && asked !== undefined) {
    const whole = findStateDict(root);
    // The names in the only state dict may begin with the requested path.
    if (whole !== null && 'tensors' in whole && hasPart(whole, asked)) found = whole;
    else throw noSuchState(path, asked, found.paths);
  }
  if ('paths' in found) {
    throw new UserError(
      `"${path}" holds several sets of weights (${listed(found.paths)}); choose one, such as --state-dict ${printable(found.paths[0])} (in a notebook: stateDict: '${printable(found.paths[0])}').`,
    );
  }
  return { ...found, tensors: readableTensors(path, found) };
}

function hasPart({ tensors }: FoundState, part: string): boolean {
  return [...tensors.keys()].some((name) => name.startsWith(`${part}.`));
}

function noSuchState(path: string, asked: string, paths: readonly string[]): UserError {
  const held = paths.filter(Boolean);
  return new UserError(
    held.length === 0
      ? `"${path}" is one state dict itself and has no part "${asked}"; leave --state-dict out.`
      : `"${path}" holds no state dict "${asked}"; it holds ${listed(held)}.`,
  );
}

function listed(paths: readonly string[]): string {
  const more = paths.length > 8 ? ` and ${paths.length - 8} more` : '';
  return paths.slice(0, 8).map(printable).join(', ') + more;
}

function readableTensors(path: string, { tensors }: FoundState): Map<string, TensorRef> {
  const readable = new Map<string, TensorRef>();
  for (const [name, tensor] of tensors) {
    if (tensor instanceof UnreadableTensor) throw unreadable(path, name, tensor);
    readable.set(name, tensor);
  }
  return readable;
}

function unreadable(path: string, name: string, { what }: UnreadableTensor): UserError {
  return new UserError(
    `"${path}" holds "${printable(name)}" in ${printable(what)}, which is not read here; in Python, save it in float32 first.`,
  );
}

function checkTensors(
  file: RandomAccessFile,
  { tensors }: ReadableState,
  places: ReadonlyMap<string, StoragePlace>,
): void {
  let total = 0;
  for (const [name, tensor] of tensors) {
    checkPlace(file.path, tensor, name, places.get(tensor.storage.key));
    total += valueCount(tensor.shape) * bytesPerValue[tensor.storage.dtype];
  }
  if (total > Math.max(smallBytes, maxUnfolding * file.byteLength)) {
    throw new PickleError(
      `its tensors would unfold to ${total} bytes, over ${maxUnfolding} times those of the file`,
    );
  }
}

function refusal(path: string, error: PickleError): UserError {
  if (error instanceof ForbiddenGlobal) {
    return new UserError(
      `"${path}" mentions Python code that weights do not need and that acts on the machine (${printable(error.global)}), so it is refused and nothing of it was run. If you trust it, save only its weights in Python: torch.save(model.state_dict(), FILE).`,
    );
  }
  return damagedZip(path, error.message);
}

/** Makes a name from the file safe to print. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
