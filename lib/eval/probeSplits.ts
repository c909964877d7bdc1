import type { Dataset, MediaEntry } from '../data';
import { UserError } from '../errors';

/** Training and test files of a data set, checked for the needs of a classifier. */
export interface ProbeSplits {
  readonly train: readonly MediaEntry[];
  readonly test: readonly MediaEntry[];
  /** Classes of the training files, sorted; the position is the class index. */
  readonly classes: readonly string[];
}

export interface SplitNames {
  readonly train: string;
  readonly test: string;
}

/**
 * The files that a probe is trained and tested on.
 *
 * @throws UserError if the data set has no labels or splits, has one class only, or has a test class that is not in the
 *   training split
 */
export function probeSplits(
  { root, entries }: Pick<Dataset, 'root' | 'entries'>,
  names: SplitNames,
): ProbeSplits {
  const known = [...new Set(entries.flatMap(({ split }) => split ?? []))].sort();
  const choose = (name: string) => {
    const chosen = entries.filter(({ split }) => split === name);
    if (chosen.length > 0) return chosen;
    const there = known.length > 0 ? `it has ${known.join(', ')}` : 'it has no splits';
    throw new UserError(
      `The data set ${root} has no split "${name}": ${there}; name the splits, or add a column "split" to its index.csv.`,
    );
  };
  const train = choose(names.train);
  const test = choose(names.test);
  const unlabelled = [...train, ...test].find(({ label }) => label === null);
  if (unlabelled) {
    throw new UserError(
      `A probe needs labels, but ${unlabelled.path} has none; add a column "label" to index.csv.`,
    );
  }
  return { train, test, classes: checkClasses(train, test) };
}

/** Class index of each clip. */
export function classIndices(entries: readonly MediaEntry[], classes: readonly string[]): Int32Array {
  const indices = new Map(classes.map((name, k) => [name, k]));
  return Int32Array.from(entries, ({ label }) => indices.get(label!)!);
}

/**
 * The classes of the training clips, sorted.
 *
 * @throws UserError if there are too few to learn from, or if a test class is missing
 */
export function checkClasses(train: readonly MediaEntry[], test: readonly MediaEntry[]): string[] {
  const counts = new Map<string, number>();
  for (const { label } of train) counts.set(label!, (counts.get(label!) ?? 0) + 1);
  const classes = [...counts.keys()].sort();
  if (classes.length < 2) {
    throw new UserError(`All training clips are of one class ("${classes[0]}"); a probe needs at least two.`);
  }
  const stranger = test.find(({ label }) => !counts.has(label!));
  if (stranger) {
    throw new UserError(
      `The class "${stranger.label}" of ${stranger.path} is in the test split but not in the training split; add training clips of it or leave it out.`,
    );
  }
  const single = classes.find((label) => counts.get(label) === 1);
  if (single !== undefined) {
    throw new UserError(
      `The class "${single}" has only one usable training clip; a probe needs at least two of each.`,
    );
  }
  return classes;
}
