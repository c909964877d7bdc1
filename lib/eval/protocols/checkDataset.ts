import type { Dataset, Fold } from '../../data';
import { UserError } from '../../errors';
import type { EvaluationModality } from '../results';
import { modalitiesOf } from '../networkHash';

/** Requirements of a protocol. */
export interface DatasetNeeds {
  readonly labels: boolean;
  /** Video together with its audio. */
  readonly pairs?: boolean;
}

/**
 * Checks that a data set has what a protocol needs, before anything is computed.
 *
 * @throws UserError if files lack a modality or labels, if there are no folds, or if a fold has nothing to train or
 *   test on, has one class only, or tests a class that is not in its training files
 */
export function checkDataset(
  dataset: Dataset,
  modality: EvaluationModality,
  needs: DatasetNeeds = { labels: true },
): void {
  const { root, folds, entries } = dataset;
  const lacking = modalitiesOf(modality).find((each) => !dataset.modalities.includes(each));
  if (lacking) {
    const held = dataset.modalities.join(' and ');
    const wayOut = needs.pairs ? 'retrieval needs both, so give other files' : `add --modality ${held}`;
    throw new UserError(`The files of ${root} hold no ${lacking}, only ${held}: ${wayOut}.`);
  }
  if (folds.length === 0) {
    const splits = [...new Set(entries.flatMap(({ split }) => split ?? []))].sort();
    const there =
      splits.length > 0
        ? ` (it has ${splits.length > 1 ? 'the splits' : 'only the split'} ${splits.join(', ')})`
        : '';
    throw new UserError(
      `The data set ${root} does not say what to learn from and what to test on${there}: ${splits.length > 0 ? 'name its splits train and test' : 'add --holdout 0.2, or a column "split" with train and test to its index.csv'}.`,
    );
  }
  for (const fold of folds) {
    for (const part of ['train', 'test'] as const) checkPart(dataset, fold, part, needs.labels);
    if (needs.labels && !dataset.multiLabel) checkClasses(dataset, fold);
  }
  if (needs.labels && dataset.multiLabel && dataset.classes.length < 2) {
    throw new UserError(
      `All ${entries.length} files of ${root} are of ${dataset.classes.length === 0 ? 'no class' : `one class ("${dataset.classes[0]}")`}; a classifier needs at least two.`,
    );
  }
}

/** Class names of an entry: one, or all of them in multi-label sets. */
export function labelsOf({ label, labels }: Dataset['entries'][number]): readonly string[] {
  return labels ?? (label === null ? [] : [label]);
}

function checkPart(
  { root, entries, multiLabel }: Dataset,
  fold: Fold,
  part: 'train' | 'test',
  needsLabels: boolean,
): void {
  if (fold[part].length === 0) {
    const what = part === 'train' ? 'to learn from' : 'to test on';
    throw new UserError(
      `Fold "${fold.name}" of ${root} has no files ${what}; correct its splits or its files.`,
    );
  }
  const unlabelled = fold[part].find((at) => labelsOf(entries[at]).length === 0);
  if (unlabelled === undefined || multiLabel || !needsLabels) return;
  throw new UserError(
    `${entries[unlabelled].path} has no label, and this needs one for each file: add a column "label" to index.csv, or put the files into a folder for each class.`,
  );
}

function checkClasses({ root, entries }: Dataset, { name, train, test }: Fold): void {
  const learnt = new Set(train.map((at) => entries[at].label));
  if (learnt.size < 2) {
    throw new UserError(
      `All files to learn from in fold "${name}" of ${root} are of one class ("${[...learnt][0]}"); a classifier needs at least two.`,
    );
  }
  const stranger = test.find((at) => !learnt.has(entries[at].label));
  if (stranger === undefined) return;
  throw new UserError(
    `The class "${entries[stranger].label}" of ${entries[stranger].path} is tested in fold "${name}" but not learnt from; add files of it to learn from or leave it out.`,
  );
}
