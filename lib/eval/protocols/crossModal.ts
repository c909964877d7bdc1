import type { Modality } from '../../config';
import { normaliseRows, type FeatureMatrix } from '../featureMatrix';
import { computeValues } from '../../tensor/computeValues';
import { matMul2d } from '../../tensor/matMul';
import { tf } from '../../tensor/native';
import { factorise, invertTriangle } from '../linearSvm/preconditioner';

/** Features of pairs with the means of both modalities subtracted, and the means. */
export interface CentredPairs {
  readonly centred: Readonly<Record<Modality, FeatureMatrix>>;
  readonly means: Readonly<Record<Modality, Float64Array>>;
}

export function centreColumns(video: FeatureMatrix, audio: FeatureMatrix): CentredPairs {
  const means = { video: columnMeans(video), audio: columnMeans(audio) };
  return { centred: { video: without(video, means.video), audio: without(audio, means.audio) }, means };
}

export interface CrossModalArgs {
  readonly learnt: CentredPairs;
  readonly from: { readonly modality: Modality; readonly features: FeatureMatrix };
  readonly to: { readonly modality: Modality; readonly features: FeatureMatrix };
  readonly method: 'ridge' | 'centred';
  /** Penalty as a share of the mean variance of the features. */
  readonly ridge: number;
}

/**
 * Cosine similarity of each row of one modality to each row of the other, `[from, to]`, after subtracting the means of
 * the training pairs from both. With `ridge`, the first are mapped before: W = (X^T X + penalty)^-1 X^T Y, learned on
 * the training pairs.
 */
export function crossModalScores({ learnt, from, to, method, ridge }: CrossModalArgs): FeatureMatrix {
  const here = without(from.features, learnt.means[from.modality]);
  const there = without(to.features, learnt.means[to.modality]);
  const mapped =
    method === 'ridge'
      ? applyRidge(learnt.centred[from.modality], learnt.centred[to.modality], here, ridge)
      : here;
  const [a, b] = [normaliseRows(mapped), normaliseRows(there)];
  const data = computeValues(() => matMul2d(tensorOf(a), tensorOf(b), false, true));
  return { data, rows: a.rows, columns: b.rows };
}

/**
 * Share of rows for which one of the k highest scores is a hit. Among equal scores, misses come first.
 *
 * @param isHit true if a column is a hit for a row
 */
export function recallAt(
  { data, rows, columns }: FeatureMatrix,
  k: number,
  isHit: (row: number, column: number) => boolean,
): number {
  let hits = 0;
  for (let row = 0; row < rows; row++) {
    const scores = data.subarray(row * columns, (row + 1) * columns);
    let best = -Infinity;
    for (let column = 0; column < columns; column++)
      if (scores[column] > best && isHit(row, column)) best = scores[column];
    let ahead = 0;
    for (let column = 0; column < columns; column++) {
      if (scores[column] >= best && !isHit(row, column)) ahead++;
    }
    if (best > -Infinity && ahead < k) hits++;
  }
  return hits / rows;
}

function applyRidge(x: FeatureMatrix, y: FeatureMatrix, rows: FeatureMatrix, ridge: number): FeatureMatrix {
  const { columns } = x;
  const gram = computeValues(() => matMul2d(tensorOf(x), tensorOf(x), true)); // [D, D]
  const products = computeValues(() => matMul2d(tensorOf(x), tensorOf(y), true)); // [D, E]
  let trace = 0;
  for (let j = 0; j < columns; j++) trace += gram[j * columns + j];
  const penalty = (ridge * trace) / columns || 1;
  // Divided by the penalty, so that no eigenvalue is below 1.
  const matrix = Float64Array.from(gram, (value) => value / penalty);
  for (let j = 0; j < columns; j++) matrix[j * columns + j] += 1;
  const inverse = Float32Array.from(invertTriangle(factorise(matrix, columns), columns));
  const data = computeValues(() => {
    const factor = tf.tensor2d(inverse, [columns, columns]);
    const solved = matMul2d(factor, matMul2d(factor, tf.tensor2d(products, [columns, y.columns])), true);
    return matMul2d(tensorOf(rows), solved); // [rows, E]
  });
  return { data, rows: rows.rows, columns: y.columns };
}

function columnMeans({ data, rows, columns }: FeatureMatrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) means[i % columns] += data[i] / rows;
  return means;
}

function without({ data, rows, columns }: FeatureMatrix, means: Float64Array): FeatureMatrix {
  return { data: data.map((value, i) => value - means[i % columns]), rows, columns };
}

function tensorOf({ data, rows, columns }: FeatureMatrix): tf.Tensor2D {
  return tf.tensor2d(data, [rows, columns]);
}
