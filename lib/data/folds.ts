import { shortPath } from './mediaFiles';
import type { Dataset, Fold, MediaEntry } from './types';

/**
 * The one fold that splits by their usual names make: `train` against `test`, with the validation split apart; or,
 * where no test split is there, against the validation split.
 */
export function foldsOfSplits(entries: readonly Pick<MediaEntry, 'split'>[]): Fold[] {
  const train = positions(entries, 'train');
  const test = positions(entries, 'test');
  const validation = positions(entries, 'val');
  if (train.length === 0 || test.length + validation.length === 0) return [];
  if (test.length === 0) return [{ name: 'default', train, test: validation }];
  return [{ name: 'default', train, test, ...(validation.length > 0 && { validation }) }];
}

/** Paths of files of which the same stretch is learnt from and tested on in a fold, each once. */
export function learntAndTested({ entries, folds }: Pick<Dataset, 'entries' | 'folds'>): string[] {
  const key = (at: number): string => {
    const { path, startSeconds = 0, endSeconds = Infinity } = entries[at];
    return `${startSeconds} ${endSeconds} ${path}`;
  };
  const found = folds.flatMap(({ train, test }) => {
    const learnt = new Set(train.map(key));
    return test.filter((at) => learnt.has(key(at))).map((at) => entries[at].path);
  });
  return [...new Set(found)];
}

/** Files that are given several classes where each has one, as `NAME (CLASS, CLASS)`. */
export function labelledTwice({
  root,
  entries,
  multiLabel,
}: Pick<Dataset, 'root' | 'entries' | 'multiLabel'>): string[] {
  if (multiLabel) return [];
  const labels = new Map<string, Set<string>>();
  for (const { path, label, startSeconds, endSeconds } of entries) {
    if (label === null) continue;
    const stretch =
      startSeconds === undefined && endSeconds === undefined ? '' : ` from ${startSeconds ?? 0} s`;
    const name = `${shortPath(root, path)}${stretch}`;
    labels.set(name, (labels.get(name) ?? new Set()).add(label));
  }
  return [...labels]
    .filter(([, own]) => own.size > 1)
    .map(([name, own]) => `${name} (${[...own].join(', ')})`);
}

/** What the usual splits are called in folders and tables, in whatever case. */
const usualNames: ReadonlyMap<string, string> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['test', 'test'],
  ['testing', 'test'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
]);

/** The usual split of that name, `train`, `test` or `val`; null for any other name. */
export function usualSplit(name: string): string | null {
  return usualNames.get(name.toLowerCase()) ?? null;
}

function positions(entries: readonly Pick<MediaEntry, 'split'>[], name: string): number[] {
  return entries.flatMap(({ split }, i) => (split !== null && usualSplit(split) === name ? [i] : []));
}
