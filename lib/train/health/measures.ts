import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/*
 * Measures of a tower, computed from its outputs for a few clips. Rows are clips; all are pure functions of numbers.
 * N clips, D width, O outputs.
 */

/** A matrix in row-major order. */
export interface Rows {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Singular values below this share of the largest are rounding errors. */
const rounding = 1e-6;

/**
 * Effective rank of features (RankMe, Garrido et al. 2023): exp of the entropy of the singular values, normalised to
 * sum to 1. It is 1 if all rows point the same way, and min(N, D) if no direction is preferred.
 */
export function rankMe(features: Rows): number {
  const gram = productOfRows(features);
  const squares = new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues;
  const largest = Math.max(...squares, 0);
  if (largest === 0) return 1;
  const singular = squares.filter((square) => square > rounding ** 2 * largest).map(Math.sqrt);
  const sum = singular.reduce((total, value) => total + value, 0);
  return Math.exp(entropyOf(singular.map((value) => value / sum)));
}

/**
 * Spread of the features of different clips: square root of the share of the sum of squares that is due to deviations from
 * the mean. It is 0 if all rows are equal, 1 if their mean is 0.
 */
export function spreadOf({ values, rows, columns }: Rows): number {
  let [apart, all] = [0, 0];
  for (let j = 0; j < columns; j++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < rows; i++) {
      const value = values[i * columns + j];
      sum += value;
      squares += value * value;
    }
    all += squares;
    apart += Math.max(squares - (sum * sum) / rows, 0);
  }
  return all === 0 ? 0 : Math.sqrt(apart / all);
}

/** Softmax of each row of logits. */
export function softmaxRows({ values, rows, columns }: Rows): Rows {
  const probabilities = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const [from, to] = [i * columns, (i + 1) * columns];
    let largest = -Infinity;
    for (let k = from; k < to; k++) largest = Math.max(largest, values[k]);
    let sum = 0;
    for (let k = from; k < to; k++) sum += probabilities[k] = Math.exp(values[k] - largest);
    for (let k = from; k < to; k++) probabilities[k] /= sum;
  }
  return { values: probabilities, rows, columns };
}

/** Information in a head's predictions, relative to its maximum. */
export interface AnswerMeasures {
  /** Mean entropy of the predictions over log O: 0 if each is one-hot, 1 if all are uniform. */
  readonly entropy: number;
  /**
   * Mutual information of prediction and clip, relative to its bound: the entropy of the mean prediction minus the mean
   * entropy, divided by the log of the smaller of N and O. It is 0 if the predictions for all clips are equal.
   */
  readonly information: number;
}

/** @param answers probabilities `[N, O]` */
export function measureAnswers({ values, rows, columns }: Rows): AnswerMeasures {
  const mean = new Float64Array(columns);
  let entropy = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const share = values[i * columns + j];
      mean[j] += share / rows;
      if (share > 0) entropy -= (share * Math.log(share)) / rows;
    }
  }
  const information = Math.max(entropyOf(mean) - entropy, 0) / Math.log(Math.min(rows, columns));
  return { entropy: entropy / Math.log(columns), information };
}

/**
 * Tests if a student's predictions match those of the teacher for the same clip better than those for others. It is the
 * share of other clips whose teacher prediction fits worse than that of the same clip, with ties counted half: .5 is
 * chance, 1 the best.
 *
 * @param teacher probabilities `[N, O]`
 * @param student probabilities for the same clips in the other modality `[N, O]`
 */
export function pairScore(teacher: Rows, student: Rows): number {
  const { rows } = teacher;
  let worse = 0;
  for (let i = 0; i < rows; i++) {
    const own = crossEntropy(teacher, i, student, i);
    for (let t = 0; t < rows; t++) {
      if (t === i) continue;
      const excess = crossEntropy(teacher, t, student, i) - own;
      worse += Math.abs(excess) <= tie ? 0.5 : excess > 0 ? 1 : 0;
    }
  }
  return worse / (rows * (rows - 1));
}

/** Losses that differ by less than this [nats] are equal. */
const tie = 1e-9;

/** Cross-entropy of row t of the teacher's probabilities and row s of the student's, in nats. */
function crossEntropy(teacher: Rows, t: number, student: Rows, s: number): number {
  const { columns } = teacher;
  let loss = 0;
  for (let j = 0; j < columns; j++) {
    const share = teacher.values[t * columns + j];
    if (share > 0) loss -= share * Math.log(Math.max(student.values[s * columns + j], 1e-30));
  }
  return loss;
}

function productOfRows({ values, rows, columns }: Rows): Matrix {
  const product = Matrix.zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let k = i; k < rows; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[i * columns + j] * values[k * columns + j];
      product.set(i, k, sum);
      product.set(k, i, sum);
    }
  }
  return product;
}

function entropyOf(shares: Iterable<number>): number {
  let sum = 0;
  for (const share of shares) if (share > 0) sum -= share * Math.log(share);
  return sum;
}
