import type { Dataset } from '../../data';
import { UserError } from '../../errors';
import { RandomStream } from '../../random';

/**
 * A data set with one fold, `holdout`, that tests on a share of the clips of each class, or on a share of all clips if
 * files have several labels. A class with a single clip is used for training.
 *
 * @param share undefined: the data set is left as it is
 * @throws UserError if the data set has its own folds
 */
export function withHoldout(dataset: Dataset, share: number | undefined, seed: number): Dataset {
  if (share === undefined) return dataset;
  if (dataset.folds.length > 0) {
    throw new UserError(`The data set ${dataset.root} says itself what to test on; leave out --holdout.`);
  }
  const order = RandomStream.fromSeed(seed).split('holdout').permutation(dataset.entries.length);
  const byClass = new Map<string | null, number[]>();
  for (const position of order) {
    const { label } = dataset.entries[position];
    byClass.set(label, [...(byClass.get(label) ?? []), position]);
  }
  const test = [...byClass.values()].flatMap((positions) =>
    positions.slice(0, Math.min(positions.length - 1, Math.max(1, Math.round(share * positions.length)))),
  );
  const tested = new Set(test);
  const train = [...dataset.entries.keys()].filter((position) => !tested.has(position));
  return { ...dataset, folds: [{ name: 'holdout', train, test: test.sort((a, b) => a - b) }] };
}
