import { setImmediate } from 'node:timers/promises';
import { middleClip } from '../../data';
import { UserError } from '../../errors';
import type { Fit } from '../crossValidation';
import {
  evaluateClassifier,
  logisticFit,
  svmFit,
  type ClassifierResult,
  type LabelledFeatures,
} from '../linearEvaluation';
import { chanceLevel } from '../metrics';
import { checkClasses, classIndices } from '../probeSplits';
import type { FoldResult, ProtocolResult } from '../results';
import { matrixOf } from '../store/rows';
import { checkDataset } from './checkDataset';
import { featuresOf, skippedOf, type FileRows } from './foldFeatures';
import { protocolResult, throwIfStopped, type ProtocolArgs } from './protocol';
import { protocols } from './registry';
import type { ProbeSettings } from './settings';
import { foldParts, mostConfusionClasses } from './svm';

/**
 * Probe: a multinomial logistic regression and a one-vs-rest linear SVM are trained on the middle clip of each training
 * file and tested on that of each test file.
 *
 * @throws UserError if the data set can't be used; Stopped if a stop was requested
 */
export async function evaluateProbe(args: ProtocolArgs, settings: ProbeSettings): Promise<ProtocolResult> {
  const { dataset, signal, onProgress } = args;
  checkDataset(dataset, args.modality, protocols.probe.needs);
  if (dataset.multiLabel) {
    throw new UserError(
      `The files of ${dataset.root} have several labels, and a probe needs one of each: use "xkd evaluate svm".`,
    );
  }
  const at = (places: readonly number[]) => places.map((place) => dataset.entries[place]);
  for (const { train, test } of dataset.folds) checkClasses(at(train), at(test));
  const train = await featuresOf(args, 'train', middleClip);
  const test = await featuresOf(args, 'test', middleClip);
  const folds: FoldResult[] = [];
  for (const fold of dataset.folds) {
    const parts = foldParts(args, fold, train, test);
    // Unusable files are known only now.
    const classes = checkClasses(parts.train.entries, parts.test.entries);
    const [learnt, tested] = [labelled(parts.train, classes), labelled(parts.test, classes)];
    const choice = { costs: [...settings.costs].sort((a, b) => a - b), folds: settings.validationFolds };
    const label = `probe, fold ${fold.name}`;
    const evaluate = async (fit: Fit, done: number) => {
      onProgress?.({ label, done, total: 2, unit: 'classifiers' });
      return evaluateClassifier(stoppable(fit, signal), learnt, tested, choice);
    };
    const logistic = await evaluate(logisticFit, 0);
    const svm = await evaluate(svmFit, 1);
    onProgress?.({ label, done: 2, total: 2, unit: 'classifiers' });
    folds.push({
      name: fold.name,
      trainClips: learnt.features.rows,
      testClips: tested.features.rows,
      metrics: {
        'logistic.top1': logistic.top1,
        'logistic.top5': logistic.top5,
        'svm.top1': svm.top1,
        'svm.top5': svm.top5,
      },
      details: {
        chance: chanceLevel(tested.labels),
        classes,
        logistic: detailsOf(logistic),
        svm: detailsOf(svm),
      },
    });
  }
  return protocolResult('probe', args, settings, { folds, skipped: skippedOf(train, test) });
}

function detailsOf({ cost, costsTried, confusion }: ClassifierResult): Record<string, unknown> {
  return { cost, tried: costsTried, ...(confusion.length > mostConfusionClasses ? {} : { confusion }) };
}

function labelled({ entries, rows }: FileRows, classes: readonly string[]): LabelledFeatures {
  return { features: matrixOf(rows), labels: classIndices(entries, classes) };
}

/** Lets signals be handled before each classifier is fitted. */
function stoppable(fit: Fit, signal: AbortSignal | undefined): Fit {
  return async (...problem) => {
    await setImmediate();
    throwIfStopped(signal);
    return fit(...problem);
  };
}
