import { chooseCost, type CostChoice, type Fit } from './crossValidation';
import type { FeatureMatrix } from './featureMatrix';
import { decisionValues, distinctLabels } from './linearModel';
import { fitLogisticRegression } from './logisticRegression';
import { confusionMatrix, topKAccuracy } from './metrics';
import { fitStandardisation, standardiseColumns } from './standardise';
import { rowsInMemory } from './store/rows';
import { fitLinearSvms } from './linearSvm';

/** Features with the class index of each row. */
export interface LabelledFeatures {
  readonly features: FeatureMatrix;
  readonly labels: Int32Array;
}

/** Test result of a linear classifier. */
export interface ClassifierResult {
  /** Chosen on the training rows only. */
  readonly cost: number;
  readonly costsTried: CostChoice['tried'];
  /** Accuracy, from 0 to 1. */
  readonly top1: number;
  readonly top5: number;
  /** Counts by true class, then predicted class. */
  readonly confusion: readonly (readonly number[])[];
}

/** How the cost is chosen. */
export interface CostChoiceArgs {
  /** Ascending; default: the paper's list for the SVM (docs/method.md, section 10). */
  readonly costs?: readonly number[];
  /** Folds of the cross-validation, fewer if a class has fewer training rows; default 3. */
  readonly folds?: number;
}

/** Multinomial logistic regression on standardised features. */
export const logisticFit: Fit = (features, labels, cost) => {
  const scaling = fitStandardisation(features);
  const model = fitLogisticRegression(standardiseColumns(features, scaling), labels, { cost });
  return (others) => decisionValues(model, standardiseColumns(others, scaling));
};

/** One-vs-rest linear SVM on unscaled features. */
export const svmFit: Fit = async (features, labels, cost) => {
  const rows = rowsInMemory(features);
  const classes = distinctLabels(labels).length;
  const [model] = await fitLinearSvms({ rows, labels, classes, costs: [cost], tolerance: smallTolerance });
  return (others) => decisionValues(model, others);
};

/** A probe's problems are small, so they are solved as far as float32 allows. */
const smallTolerance = 1e-5;

/**
 * Trains a classifier on the training rows and tests it. The cost is chosen by cross-validation on the training rows.
 *
 * @param train at least 2 rows of every class; class indices are 0, 1, ... without gaps
 */
export async function evaluateClassifier(
  fit: Fit,
  train: LabelledFeatures,
  test: LabelledFeatures,
  { costs = [0.001, 0.01, 0.1, 1], folds: mostFolds = 3 }: CostChoiceArgs = {},
): Promise<ClassifierResult> {
  const folds = Math.min(mostFolds, smallestClass(train.labels));
  const { cost, tried } = await chooseCost({ fit, ...train, costs, folds });
  const score = await fit(train.features, train.labels, cost);
  const scores = score(test.features);
  return {
    cost,
    costsTried: tried,
    top1: topKAccuracy(scores, test.labels, 1),
    top5: topKAccuracy(scores, test.labels, 5),
    confusion: confusionMatrix(scores, test.labels),
  };
}

function smallestClass(labels: Int32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.min(...counts.values());
}
