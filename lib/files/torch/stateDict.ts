import { UnreadableTensor } from './opaque';
import { PickleDict, type PickleValue, TensorRef } from './pickleValues';

/** Names under which checkpoints store their weights, the most likely first. */
const usualKeys: readonly string[] = [
  'state_dict',
  'model_state_dict',
  'model',
  'net',
  'network',
  'module',
  'weights',
  'params',
];
/** Largest depth at which a state dict is searched. */
const maxDepth = 4;
/** Largest number of names in a list of a file's contents. */
const mostListed = 1000;

/** The weights found in the pickled object. */
export interface FoundState {
  /** Their path in the file, such as `teacher`; empty if they are the whole object. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorRef | UnreadableTensor>;
  /** Paths of the other state dicts. */
  readonly others: readonly string[];
  /** Numbers, texts and booleans stored beside the weights, such as the epoch. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Paths of several state dicts, none of which is the most likely. */
export interface SeveralStates {
  readonly paths: readonly string[];
}

interface Place {
  readonly path: string;
  readonly dict: PickleDict;
}

/**
 * Finds the state dict: the requested one; otherwise the object itself if it is a dict of tensors by name,
 * one under a usual name in it, or the only one in it.
 *
 * @param asked its path, such as `teacher` or `models/teacher`
 * @returns null if there is none; the candidates if there are several or none matches the request
 */
export function findStateDict(root: PickleValue, asked?: string): FoundState | SeveralStates | null {
  if (!(root instanceof PickleDict)) return null;
  const levels = stateDictsByDepth(root);
  const all = levels.flat();
  if (all.length === 0) return null;
  const chosen = asked === undefined ? likeliest(levels) : all.find(({ path }) => path === asked);
  if (chosen === undefined) {
    const listed = asked === undefined ? levels.find((level) => level.length > 0)! : all;
    return { paths: listed.map(({ path }) => path) };
  }
  const others = all.filter(({ dict }) => dict !== chosen.dict).map(({ path }) => path);
  return { path: chosen.path, tensors: tensorsOf(chosen.dict), others, metadata: plainValues(root) };
}

/** The one under a usual name, or the only one, on the highest level that has any. */
function likeliest(levels: readonly (readonly Place[])[]): Place | undefined {
  const candidates = levels.find((level) => level.length > 0)!;
  const usual = usualKeys
    .map((key) => candidates.find(({ path }) => path.split('/').pop() === key))
    .find((each) => each !== undefined);
  return usual ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/** All state dicts, each once. An optimiser's state for one parameter does not count. */
function stateDictsByDepth(root: PickleDict): Place[][] {
  const levels: Place[][] = [];
  let level: Place[] = [{ path: '', dict: root }];
  const seen = new Set<PickleDict>([root]);
  let found = 0;
  for (let depth = 0; depth <= maxDepth && level.length > 0 && found < mostListed; depth++) {
    const stateDicts = level.filter(({ dict }) => isStateDict(dict));
    found += stateDicts.length;
    levels.push(stateDicts);
    level = level.flatMap(({ path, dict }) => inner(path, dict, seen));
  }
  return levels;
}

/** True for a dict whose values are tensors by name, with at most a few plain values beside them. */
function isStateDict(dict: PickleDict): boolean {
  let tensors = 0;
  for (const [key, value] of dict) {
    if (isTensor(value) && typeof key === 'string') tensors++;
    else if (value instanceof PickleDict && value !== dict && containsTensor(value)) return false;
  }
  return tensors > 0;
}

function containsTensor(dict: PickleDict): boolean {
  for (const value of dict.values()) if (isTensor(value)) return true;
  return false;
}

function inner(path: string, dict: PickleDict, seen: Set<PickleDict>): Place[] {
  const found: Place[] = [];
  for (const [key, value] of dict) {
    if (!(value instanceof PickleDict) || seen.has(value)) continue;
    // Optimisers number their parameters.
    if (typeof key !== 'string' && /(^|\/)state$/.test(path)) continue;
    seen.add(value);
    found.push({ path: path === '' ? String(key) : `${path}/${String(key)}`, dict: value });
  }
  return found;
}

function tensorsOf(dict: PickleDict): Map<string, TensorRef | UnreadableTensor> {
  const tensors = new Map<string, TensorRef | UnreadableTensor>();
  for (const [key, value] of dict) {
    if (isTensor(value) && typeof key === 'string') tensors.set(key, value);
  }
  return tensors;
}

function isTensor(value: PickleValue): value is TensorRef | UnreadableTensor {
  return value instanceof TensorRef || value instanceof UnreadableTensor;
}

function plainValues(dict: PickleDict): Record<string, string> {
  const values: [string, string][] = [];
  for (const [key, value] of dict) {
    if (typeof key !== 'string' || key === '__proto__') continue;
    if (['number', 'string', 'boolean', 'bigint'].includes(typeof value)) values.push([key, String(value)]);
  }
  return Object.fromEntries(values);
}
