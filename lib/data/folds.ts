import type { Fold, MediaEntry } from './types';

/**
 * The one fold that splits by their usual names make: `train` against `test`, with the validation split apart; or,
 * where no test split is there, against the validation split.
 */
export function foldsOfSplits(entries: readonly Pick<MediaEntry, 'split'>[]): Fold[] {
  const train = positions(entries, ['train']);
  const test = positions(entries, ['test']);
  const validation = positions(entries, validationNames);
  if (train.length === 0 || test.length + validation.length === 0) return [];
  if (test.length === 0) return [{ name: 'default', train, test: validation }];
  return [{ name: 'default', train, test, ...(validation.length > 0 && { validation }) }];
}

const validationNames = ['val', 'valid', 'validation'];

function positions(entries: readonly Pick<MediaEntry, 'split'>[], names: readonly string[]): number[] {
  return entries.flatMap(({ split }, i) => (split !== null && names.includes(split) ? [i] : []));
}
