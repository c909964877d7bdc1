import { shortPath } from './mediaFiles';
import type { Dataset, Fold, MediaEntry } from '../types';

/**
 * The single fold given by splits with the usual names: `train` against `test`, with the validation split
 * apart; without a test split, `train` against the validation split.
 */
export function foldsOfSplits(entries: readonly Pick<MediaEntry, 'split'>[]): Fold[] {
  const train = positions(entries, 'train');
  const test = positions(entries, 'test');
  const validation = positions(entries, 'val');
  if (train.length === 0 || test.length + validation.length === 0) return [];
  if (test.length === 0) return [{ name: 'default', train, test: validation }];
  return [{ name: 'default', train, test, ...(validation.length > 0 && { validation }) }];
}

/** Paths of files of which the same part is used for both training and testing in a fold, each once. */
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

/** Files with several classes in a set with one class per file, as `NAME (CLASS, CLASS)`. */
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

/** Names of the usual splits in folders and tables, in any case. */
const usualNames: ReadonlyMap<string, string> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['test', 'test'],
  ['testing', 'test'],
  ['val', 'val'],
  ['valid', 'val'],
  ['validation', 'val'],
]);

/** The usual split with this name: `train`, `test` or `val`; null for any other name. */
export function usualSplit(name: string): string | null {
  return usualNames.get(name.toLowerCase()) ?? null;
}

function positions(entries: readonly Pick<MediaEntry, 'split'>[], name: string): number[] {
  return entries.flatMap(({ split }, i) => (split !== null && usualSplit(split) === name ? [i] : []));
}
