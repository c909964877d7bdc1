import { type PickleKey, PickleDict, type PickleValue, TensorRef } from './pickleValues';

/** Names under which checkpoints keep their weights, the likeliest first. */
const usualKeys: readonly PickleKey[] = [
  'state_dict',
  'model_state_dict',
  'model',
  'net',
  'network',
  'module',
  'weights',
  'params',
];
/** How deep a state dict may lie. */
const maxDepth = 4;

/** The weights found in what was pickled. */
export interface FoundState {
  readonly tensors: ReadonlyMap<string, TensorRef>;
  /** Numbers, texts and truth values that stand beside the weights, such as the epoch. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Finds the state dict: the object itself if it is a dict of tensors by name, or else one that stands under a usual
 * name in it, or else the only one in it. `module.` before all names (of DataParallel) is left out.
 *
 * @returns null where there is none, and the candidates' names where there are several
 */
export function findStateDict(root: PickleValue): FoundState | readonly string[] | null {
  if (!(root instanceof PickleDict)) return null;
  const metadata = plainValues(root);
  let level: { path: string; dict: PickleDict }[] = [{ path: '', dict: root }];
  const seen = new Set<PickleDict>([root]);
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const candidates = level.filter(({ dict }) => isStateDict(dict));
    const usual = usualKeys
      .map((key) => candidates.find(({ path }) => path.split('/').pop() === key))
      .find((each) => each !== undefined);
    const chosen = usual ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (chosen) return { tensors: withoutModule(tensorsOf(chosen.dict)), metadata };
    if (candidates.length > 1) return candidates.map(({ path }) => path);
    level = level.flatMap(({ path, dict }) => inner(path, dict, seen));
  }
  return null;
}

/** A dict whose values are tensors by name, and at most a few plain values beside them. */
function isStateDict(dict: PickleDict): boolean {
  let tensors = 0;
  for (const [key, value] of dict) {
    if (value instanceof TensorRef && typeof key === 'string') tensors++;
    else if (value instanceof PickleDict && value !== dict && containsTensor(value)) return false;
  }
  return tensors > 0;
}

function containsTensor(dict: PickleDict): boolean {
  for (const value of dict.values()) if (value instanceof TensorRef) return true;
  return false;
}

function inner(path: string, dict: PickleDict, seen: Set<PickleDict>): { path: string; dict: PickleDict }[] {
  const found: { path: string; dict: PickleDict }[] = [];
  for (const [key, value] of dict) {
    if (!(value instanceof PickleDict) || seen.has(value)) continue;
    seen.add(value);
    found.push({ path: path === '' ? String(key) : `${path}/${String(key)}`, dict: value });
  }
  return found;
}

function tensorsOf(dict: PickleDict): Map<string, TensorRef> {
  const tensors = new Map<string, TensorRef>();
  for (const [key, value] of dict) {
    if (value instanceof TensorRef && typeof key === 'string') tensors.set(key, value);
  }
  return tensors;
}

function withoutModule(tensors: Map<string, TensorRef>): Map<string, TensorRef> {
  const prefix = 'module.';
  if (![...tensors.keys()].every((name) => name.startsWith(prefix))) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function plainValues(dict: PickleDict): Record<string, string> {
  const values: [string, string][] = [];
  for (const [key, value] of dict) {
    if (typeof key !== 'string' || key === '__proto__') continue;
    if (['number', 'string', 'boolean', 'bigint'].includes(typeof value)) values.push([key, String(value)]);
  }
  return Object.fromEntries(values);
}
