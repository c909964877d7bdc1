import type { FeatureMatrix } from './featureMatrix';

/**
 * Average precision of one class: the sum over the recall steps of the precision at each, as in scikit-learn's
 * `average_precision_score`. Rows with equal scores count as one step. NaN if no row is of the class.
 *
 * @param scores score of each row
 * @param isOfClass true for the rows of the class
 */
export function averagePrecision(scores: ArrayLike<number>, isOfClass: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  let found = 0;
  let sum = 0;
  let seen = 0;
  while (seen < order.length) {
    const score = scores[order[seen]];
    const before = found;
    for (; seen < order.length && scores[order[seen]] === score; seen++) if (isOfClass[order[seen]]) found++;
    sum += (found - before) * (found / seen);
  }
  return sum / found;
}

/**
 * Mean average precision: the mean over the classes that have at least one row.
 *
 * @param scores `[rows, classes]`
 * @param isOfClass true if a row is of a class
 */
export function meanAveragePrecision(
  { data, rows, columns }: FeatureMatrix,
  isOfClass: (row: number, column: number) => boolean,
): number {
  const each = Array.from({ length: columns }, (_, column) =>
    averagePrecision(
      Float32Array.from({ length: rows }, (_, row) => data[row * columns + column]),
      Array.from({ length: rows }, (_, row) => isOfClass(row, column)),
    ),
  ).filter((value) => !Number.isNaN(value));
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}
