import { modalities, type Modality } from '../config';
import { withModalities } from '../data/lists/usableEntries';
import { openClipPool, openDataset, type BadFile, type ClipPool, type DatasetArgs } from '../data';
import type { Role } from '../model';
import { shownAs } from '../shown';
import { concatenateColumns, normaliseRows, type FeatureMatrix } from './featureMatrix';
import { extractFeatures, type ClipFeatures, type MakeClips, type Network } from './features';
import {
  evaluateClassifier,
  logisticFit,
  svmFit,
  type ClassifierResult,
  type LabelledFeatures,
} from './linearEvaluation';
import { chanceLevel } from './metrics';
import { probeTable } from './probeTable';
import { checkClasses, classIndices, probeSplits, type SplitNames } from './probeSplits';

export type ProbeModality = Modality | 'both';

export interface ProbeArgs {
  /** From a checkpoint (`loadCheckpoint`), from a run in progress, or untrained (`TrainState.create`). */
  readonly network: Network;
  /** Folder of a data set with labels and splits. */
  readonly data: string;
  /** How to open the data set, for example as a published one by its name. */
  readonly openAs?: DatasetArgs;
  /** `both`: video and audio features, each L2-normalised and then concatenated. */
  readonly modality: ProbeModality;
  /** Default: student. */
  readonly tower?: Role;
  /** Default: `train` and `test`. */
  readonly splits?: SplitNames;
  /** Decoding threads and cache, to share with others. */
  readonly pool?: ClipPool;
  /** Makes the clips instead of decoding them, for example from cached clips when many networks are probed. */
  readonly clips?: MakeClips;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ProbesArgs extends Omit<ProbeArgs, 'modality'> {
  readonly modalities: readonly ProbeModality[];
}

export interface ProbeResult {
  readonly modality: ProbeModality;
  readonly tower: Role;
  /** Class names, in the order of the indices of the confusion matrices. */
  readonly classes: readonly string[];
  /** Number of feature columns. */
  readonly features: number;
  readonly trainClips: number;
  readonly testClips: number;
  /** Files that could not be used. */
  readonly skipped: readonly BadFile[];
  /** Accuracy of always predicting the most frequent test class. */
  readonly chance: number;
  /** How the classifiers' costs were chosen. */
  readonly costChoice: string;
  readonly logistic: ClassifierResult;
  readonly svm: ClassifierResult;
}

/**
 * Linear evaluation of a frozen network (docs/method.md, section 10): a multinomial logistic regression and a
 * one-vs-rest linear SVM are trained on features of the training clips and predict the classes of the test clips.
 *
 * @throws UserError if the data set can't be probed, or if the network's features are not finite
 */
export async function linearProbe({ modality, ...args }: ProbeArgs): Promise<ProbeResult> {
  const [result] = await linearProbes({ ...args, modalities: [modality] });
  return result;
}

/** Several probes of one network. Each clip is decoded and encoded only once. */
export async function linearProbes(args: ProbesArgs): Promise<ProbeResult[]> {
  const { classes, skipped, sets } = await probedFeatures(args);
  const results: ProbeResult[] = [];
  for (const { modality, train, test } of sets) {
    const result: ProbeResult = {
      modality,
      tower: args.tower ?? 'student',
      classes,
      features: train.features.columns,
      trainClips: train.features.rows,
      testClips: test.features.rows,
      skipped,
      chance: chanceLevel(test.labels),
      costChoice: 'stratified cross-validation on the training clips',
      logistic: await evaluateClassifier(logisticFit, train, test),
      svm: await evaluateClassifier(svmFit, train, test),
    };
    results.push(shownAs(result, probeTable));
  }
  return results;
}

/** What the classifiers of probes learn from and are tested on. */
export interface ProbedFeatures {
  readonly classes: readonly string[];
  /** Files that could not be used. */
  readonly skipped: readonly BadFile[];
  readonly sets: readonly {
    readonly modality: ProbeModality;
    readonly train: LabelledFeatures;
    readonly test: LabelledFeatures;
  }[];
}

/** Features of the clips, for each of the given modalities. Each clip is decoded and encoded only once. */
export async function probedFeatures(args: ProbesArgs): Promise<ProbedFeatures> {
  const { network, modalities: asked, tower = 'student' } = args;
  const { splits: names = { train: 'train', test: 'test' } } = args;
  const wanted = modalities.filter((modality) => asked.includes(modality) || asked.includes('both'));
  const { dataset } = withModalities(await openDataset(args.data, args.openAs), wanted);
  const { train, test } = probeSplits(dataset, names);
  const skipped: BadFile[] = [];
  const pool = args.pool ?? (args.clips ? undefined : openClipPool(network.config));
  const total = train.length + test.length;
  const extract = (entries: typeof train, before: number) =>
    extractFeatures({
      network,
      entries,
      modalities: wanted,
      tower,
      pool,
      clips: args.clips,
      onProgress: (done) => args.onProgress?.(before + done, total),
      onSkip: (bad) => skipped.push(bad),
    });
  let trainClips: ClipFeatures;
  let testClips: ClipFeatures;
  try {
    trainClips = await extract(train, 0);
    testClips = await extract(test, train.length);
  } finally {
    if (!args.pool) await pool?.close();
  }
  args.onProgress?.(total, total);
  // Checked again, because the unusable files may have been the only ones of their class.
  const classes = checkClasses(trainClips.entries, testClips.entries);
  const sets = asked.map((modality) => ({
    modality,
    train: label(trainClips, modality, classes),
    test: label(testClips, modality, classes),
  }));
  return { classes, skipped, sets };
}

function label(clips: ClipFeatures, modality: ProbeModality, classes: readonly string[]): LabelledFeatures {
  return { features: columnsOf(clips, modality), labels: classIndices(clips.entries, classes) };
}

function columnsOf({ features }: ClipFeatures, modality: ProbeModality): FeatureMatrix {
  if (modality !== 'both') return features[modality]!;
  return concatenateColumns(normaliseRows(features.video!), normaliseRows(features.audio!));
}
