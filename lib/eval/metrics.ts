import type { FeatureMatrix } from './featureMatrix';

/**
 * Share of rows whose true class is among the k highest scores. Of equal scores the lower class index comes first.
 *
 * @param scores `[rows, classes]`
 * @param targets column of each row's true class
 */
export function topKAccuracy(scores: FeatureMatrix, targets: Int32Array, k: number): number {
  let hits = 0;
  for (let row = 0; row < scores.rows; row++) {
    if (rankOf(scores, row, targets[row]) < k) hits++;
  }
  return hits / scores.rows;
}

/** Column with the highest score in each row. */
export function predictions({ data, rows, columns }: FeatureMatrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let k = 1; k < columns; k++) if (data[row * columns + k] > data[row * columns + best]) best = k;
    return best;
  });
}

/** Counts of rows by true class (first index) and predicted class (second index). */
export function confusionMatrix(scores: FeatureMatrix, targets: Int32Array): number[][] {
  const counts = Array.from({ length: scores.columns }, () => new Array<number>(scores.columns).fill(0));
  predictions(scores).forEach((predicted, row) => counts[targets[row]][predicted]++);
  return counts;
}

/** Accuracy of always predicting the most frequent class. */
export function chanceLevel(targets: Int32Array): number {
  const counts = new Map<number, number>();
  for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  return Math.max(...counts.values()) / targets.length;
}

function rankOf({ data, columns }: FeatureMatrix, row: number, own: number): number {
  const start = row * columns;
  let rank = 0;
  for (let k = 0; k < columns; k++) {
    const ahead = data[start + k] > data[start + own] || (data[start + k] === data[start + own] && k < own);
    if (ahead) rank++;
  }
  return rank;
}
