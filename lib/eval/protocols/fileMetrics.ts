import type { MediaEntry } from '../../data';
import { meanAveragePrecision } from '../averagePrecision';
import type { FeatureMatrix } from '../featureMatrix';
import { topKAccuracy } from '../metrics';
import type { Metrics } from '../results';
import { labelsOf } from './checkDataset';

/** Classes of a data set, and whether a file may have several. */
export interface ClassList {
  readonly classes: readonly string[];
  readonly multiLabel: boolean;
}

/** A classifier's scores for files. */
export interface FileScores {
  readonly entries: readonly MediaEntry[];
  /** Mean probabilities or decision values `[files, K]`. */
  readonly scores: FeatureMatrix;
}

/** Top-1 and top-5 accuracy, or the mean average precision if files have several labels. */
export function metricsOf({ entries, scores }: FileScores, { classes, multiLabel }: ClassList): Metrics {
  const labels = classNumbers(entries, classes).map((numbers) => new Set(numbers));
  if (multiLabel) return { map: meanAveragePrecision(scores, (row, column) => labels[row].has(column)) };
  const targets = Int32Array.from(labels, ([own]) => own);
  return { top1: topKAccuracy(scores, targets, 1), top5: topKAccuracy(scores, targets, 5) };
}

/** Class indices of each file. */
export function classNumbers(entries: readonly MediaEntry[], classes: readonly string[]): number[][] {
  const places = new Map(classes.map((name, i) => [name, i]));
  return entries.map((entry) => labelsOf(entry).map((label) => places.get(label)!));
}
