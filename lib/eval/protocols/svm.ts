import type { ClipPlan, Fold } from '../../data';
import { confusionMatrix } from '../metrics';
import type { FoldResult, ProtocolResult } from '../results';
import { checkDataset } from './checkDataset';
import { classNumbers } from './fileMetrics';
import { featuresOf, selectFiles, skippedOf, type FileRows } from './foldFeatures';
import { protocolResult, type ProtocolArgs } from './protocol';
import { protocols } from './registry';
import type { ClipKey, SvmSettings } from './settings';
import { svmFold, type SvmFoldResult } from './svmFold';

/** The result contains the confusion counts for up to this many classes. */
export const mostConfusionClasses = 100;

/**
 * Linear evaluation by support vector machines (docs/method.md, section 10): one-vs-rest on augmented clips of each
 * training file. The decision values are averaged over several clips and crops of each test file. With both modalities,
 * the features of each are L2-normalised and then concatenated.
 *
 * @throws UserError if the data set can't be used; Stopped if a stop was requested
 */
export async function evaluateSvm(args: ProtocolArgs, settings: SvmSettings): Promise<ProtocolResult> {
  const { dataset, seed, signal } = args;
  checkDataset(dataset, args.modality, protocols.svm.needs);
  const { train, test } = await svmFeatures(args, settings);
  const folds: FoldResult[] = [];
  for (const fold of dataset.folds) {
    const parts = foldParts(args, fold, train, test);
    const label = `SVM, fold ${fold.name}`;
    const result = await svmFold({
      ...parts,
      list: dataset,
      settings,
      seed,
      signal,
      onProgress: (done, total) => args.onProgress?.({ label, done, total, unit: 'problems' }),
    });
    folds.push({
      name: fold.name,
      trainClips: parts.train.rows.rows,
      testClips: parts.test.rows.rows,
      metrics: result.chosen.test,
      details: { ...detailsOf(result), ...confusionOf(args, result, parts.test) },
    });
  }
  return protocolResult('svm', args, settings, { folds, skipped: skippedOf(train, test) });
}

/** Features of all training and test files. */
export async function svmFeatures(
  args: ProtocolArgs,
  { trainClips, testClips, testCrops, augmentation }: Pick<SvmSettings, ClipKey>,
): Promise<{ train: FileRows; test: FileRows }> {
  const { seed, dataset, modality } = args;
  const crops = modality === 'audio' ? 1 : testCrops;
  const plan: ClipPlan =
    augmentation === 'none'
      ? { kind: 'spread', clips: trainClips, crops }
      : { kind: 'augmented', augmentation, clips: trainClips, seed, root: dataset.root };
  const train = await featuresOf(args, 'train', plan);
  const test = await featuresOf(args, 'test', { kind: 'spread', clips: testClips, crops });
  return { train, test };
}

/** The files of one fold. @throws UserError if too few of them could be used */
export function foldParts(
  { dataset, modality }: ProtocolArgs,
  fold: Fold,
  train: FileRows,
  test: FileRows,
): { train: FileRows; test: FileRows } {
  const entriesOf = (places: readonly number[]) => places.map((place) => dataset.entries[place]);
  const parts = {
    train: selectFiles(train, entriesOf(fold.train)),
    test: selectFiles(test, entriesOf(fold.test)),
  };
  // Checked again, because the unusable files may have been the only ones of their class.
  const entries = [...parts.train.entries, ...parts.test.entries];
  const learnt = parts.train.entries.map((_, place) => place);
  const tested = parts.test.entries.map((_, place) => learnt.length + place);
  checkDataset({ ...dataset, entries, folds: [{ name: fold.name, train: learnt, test: tested }] }, modality);
  return parts;
}

export function detailsOf({ chosen, tried, choice }: SvmFoldResult): Record<string, unknown> {
  return { cost: chosen.cost, choice, tried };
}

function confusionOf(
  { dataset }: ProtocolArgs,
  { scores }: SvmFoldResult,
  test: FileRows,
): Record<string, unknown> {
  if (dataset.multiLabel || dataset.classes.length > mostConfusionClasses) return {};
  const targets = Int32Array.from(classNumbers(test.entries, dataset.classes), ([own]) => own);
  return { confusion: confusionMatrix(scores, targets) };
}
