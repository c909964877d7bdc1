import type { Dataset, MediaEntry } from '../../data';
import { keepEntries } from '../../data/datasets/readKnown';
import { UserError } from '../../errors';
import { chanceLevel, withHoldout } from '../../eval';

export interface DivideArgs {
  /** Share of test clips if the data set does not define a split; default .2. */
  readonly share?: number;
  readonly seed: number;
}

/** Training clips and test clips. */
export interface DividedClips {
  /** With one fold. */
  readonly dataset: Dataset;
  readonly train: readonly MediaEntry[];
  readonly test: readonly MediaEntry[];
  /** Clips whose class can be tested; null if there are no such classes. */
  readonly labelled: Dataset | null;
  /** How the clips were split and which evaluations are impossible, one sentence each. */
  readonly sentences: readonly string[];
}

const fewest = { train: 4, test: 2 };

/**
 * Uses the split that a data set defines (the first of several), or draws one.
 *
 * @throws UserError if there are too few clips
 */
export function divideClips(dataset: Dataset, { share = 0.2, seed }: DivideArgs): DividedClips {
  const divided =
    dataset.folds.length > 0 ? { ...dataset, folds: [dataset.folds[0]] } : holdOut(dataset, share, seed);
  const [fold] = divided.folds;
  const [train, test] = [fold.train, fold.test].map((places) =>
    places.map((place) => divided.entries[place]),
  );
  if (train.length < fewest.train || test.length < fewest.test) {
    throw new UserError(
      `${dataset.root} leaves ${train.length} clips to learn from and ${test.length} to test on; this takes at least ${fewest.train} and ${fewest.test}: add videos with sound.`,
    );
  }
  const how = dataset.folds.length > 0 ? 'as the folder says' : 'drawn at random, the same ones every time';
  const { labelled, why } = labelledPart(divided);
  const sentences = [`${train.length} clips to learn from, ${test.length} to test on (${how}).`, why];
  return { dataset: divided, train, test, labelled, sentences };
}

/** Stratified by class if the classes are large enough, otherwise regardless of class. */
function holdOut(dataset: Dataset, share: number, seed: number): Dataset {
  const byClass = withHoldout(dataset, share, seed);
  if (byClass.folds[0].test.length >= fewest.test) return byClass;
  const unlabelled = dataset.entries.map((entry) => ({ ...entry, label: null }));
  const { folds } = withHoldout(
    { ...dataset, entries: unlabelled },
    Math.max(share, 2.4 / unlabelled.length),
    seed,
  );
  return { ...dataset, folds };
}

function labelledPart(dataset: Dataset): { labelled: Dataset | null; why: string } {
  const without = 'so parts that need classes are left out';
  const { entries, folds, multiLabel } = dataset;
  if (multiLabel) {
    return {
      labelled: null,
      why: `Its files have several classes each, ${without}: "xkd evaluate svm" takes them.`,
    };
  }
  const classesOf = (places: readonly number[]) =>
    new Set(places.flatMap((place) => entries[place].label ?? []));
  const learnt = classesOf(folds[0].train);
  const tested = [...classesOf(folds[0].test)].filter((name) => learnt.has(name));
  const all = classesOf([...entries.keys()]);
  if (all.size === 0) return { labelled: null, why: `Its clips have no classes, ${without}.` };
  if (all.size === 1)
    return { labelled: null, why: `All clips are of one class ("${[...all][0]}"), ${without}.` };
  if (learnt.size < 2 || tested.length === 0) {
    return { labelled: null, why: `No class has clips both to learn from and to test on, ${without}.` };
  }
  const used = new Set(folds[0].train.concat(folds[0].test).map((place) => entries[place]));
  const labelled = keepEntries(
    dataset,
    (entry) => used.has(entry) && entry.label !== null && learnt.has(entry.label),
  );
  const left = used.size - labelled.entries.length;
  const rest =
    left > 0
      ? ` ${left} clips without a class, or of one that only the test has, are not counted there.`
      : '';
  return { labelled, why: `${learnt.size} classes, ${tested.length} of them tested.${rest}` };
}

/** Share of the test clips in the most frequent class: the accuracy of always predicting the same class. */
export function largestClassShare({ entries, folds: [{ test }] }: Dataset): number {
  const numbers = new Map<string | null, number>();
  return chanceLevel(Int32Array.from(test, (place) => classNumber(numbers, entries[place].label)));
}

function classNumber(numbers: Map<string | null, number>, label: string | null): number {
  const number = numbers.get(label) ?? numbers.size;
  numbers.set(label, number);
  return number;
}
