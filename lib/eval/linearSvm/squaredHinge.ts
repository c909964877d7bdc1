import { computeValues } from '../../tensor/computeValues';
import { matMul2d } from '../../tensor/matMul';
import { tf } from '../../tensor/native';
import type { RowBlocks } from './rowBlocks';

/**
 * Fills in `[count, P]` from row `first` on: for each problem 1 if a row is of its class, -1 if it is not, 0 if the
 * problem ignores the row.
 */
export type Signs = (first: number, count: number, into: Float32Array) => void;

/** Value and gradient of some problems, and their rows within the margin. D columns, P problems. */
export interface HingeState {
  /** Sum of squared hinge losses of each problem. */
  readonly losses: Float64Array;
  /** Gradient of the losses, `[P, D + 1]`; the last column is that of the bias. */
  readonly gradients: Float64Array;
  /** `[n, P]` per block: 1 for rows within the margin. */
  readonly active: readonly tf.Tensor2D[];
}

/** Points of some problems, `[P, D + 1]`, as tensors. */
interface Planes {
  /** `[P, D]` */
  readonly weights: tf.Tensor2D;
  /** `[P]` */
  readonly bias: tf.Tensor1D;
}

/**
 * Sums over all rows of max(0, 1 - y (w.x + b))^2 for several problems at once, which differ in their y. Takes two
 * matrix products per block of rows. The sums of the blocks are added in float64.
 *
 * @param chosen the problems that the points belong to
 * @param problems total number of problems in the signs
 */
export async function evaluateHinge(
  blocks: RowBlocks,
  signs: Signs,
  points: Float64Array,
  chosen: readonly number[],
  problems: number,
): Promise<HingeState> {
  const { columns } = blocks;
  const losses = new Float64Array(chosen.length);
  const gradients = new Float64Array(points.length);
  const active: tf.Tensor2D[] = [];
  const planes = planesOf(points, columns);
  try {
    await blocks.forEach((block, _, first) => {
      const count = block.shape[0];
      const all = new Float32Array(count * problems);
      signs(first, count, all);
      const [mask, loss, pull, bias] = tf.tidy(() => {
        const y = tf.tensor2d(pickColumns(all, problems, chosen), [count, chosen.length]);
        const scores = decide(block, planes); // [n, P]
        const slack = tf.relu(tf.sub(1, tf.mul(y, scores)));
        const inside = tf.mul(tf.step(slack), tf.square(y));
        const pulls = tf.mul(y, slack); // 0 for ignored rows
        const losses = tf.sum(tf.mul(tf.square(slack), inside), 0);
        return [inside.cast('bool'), losses, matMul2d(pulls as tf.Tensor2D, block, true), tf.sum(pulls, 0)];
      });
      active.push(mask as tf.Tensor2D);
      addTo(losses, loss);
      addColumns(gradients, pull, bias, -2);
    });
  } catch (error) {
    tf.dispose(active);
    throw error;
  } finally {
    tf.dispose([planes.weights, planes.bias]);
  }
  return { losses, gradients, active };
}

/**
 * Products of the (generalised) Hessians of the sums with one vector per problem, `[P, D + 1]`.
 *
 * @param active as returned by {@link evaluateHinge}
 */
export async function multiplyHessians(
  blocks: RowBlocks,
  active: readonly tf.Tensor2D[],
  vectors: Float64Array,
): Promise<Float64Array> {
  const products = new Float64Array(vectors.length);
  const planes = planesOf(vectors, blocks.columns);
  try {
    await blocks.forEach((block, index) => {
      const [pull, bias] = tf.tidy(() => {
        const inside = tf.mul(decide(block, planes), active[index].cast('float32')) as tf.Tensor2D; // [n, P]
        return [matMul2d(inside, block, true), tf.sum(inside, 0)];
      });
      addColumns(products, pull, bias, 2);
    });
  } finally {
    tf.dispose([planes.weights, planes.bias]);
  }
  return products;
}

/**
 * Computes decision values, block by block.
 *
 * @param points `[P, D + 1]`
 * @param onBlock called with `[n, P]` and the first row
 */
export async function decideRows(
  blocks: RowBlocks,
  points: Float64Array,
  onBlock: (values: Float32Array, first: number) => void,
): Promise<void> {
  const planes = planesOf(points, blocks.columns);
  try {
    await blocks.forEach((block, _, first) =>
      onBlock(
        computeValues(() => decide(block, planes)),
        first,
      ),
    );
  } finally {
    tf.dispose([planes.weights, planes.bias]);
  }
}

/** `[n, P]` */
function decide(block: tf.Tensor2D, { weights, bias }: Planes): tf.Tensor2D {
  return tf.add(matMul2d(block, weights, false, true), bias);
}

function planesOf(points: Float64Array, columns: number): Planes {
  const size = columns + 1;
  const count = points.length / size;
  const weights = new Float32Array(count * columns);
  const bias = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    weights.set(points.subarray(k * size, k * size + columns), k * columns);
    bias[k] = points[k * size + columns];
  }
  return { weights: tf.tensor2d(weights, [count, columns]), bias: tf.tensor1d(bias) };
}

function pickColumns(all: Float32Array, columns: number, chosen: readonly number[]): Float32Array {
  if (chosen.length === columns) return all;
  const rows = all.length / columns;
  const picked = new Float32Array(rows * chosen.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (const column of chosen) picked[to++] = all[row * columns + column];
  }
  return picked;
}

function addTo(sums: Float64Array, part: tf.Tensor): void {
  const values = part.dataSync<'float32'>();
  part.dispose();
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

/** Adds a multiple of `[P, D]` and, in the last column, of `[P]`. */
function addColumns(sums: Float64Array, parts: tf.Tensor, last: tf.Tensor, factor: number): void {
  const [values, lasts] = [parts.dataSync<'float32'>(), last.dataSync<'float32'>()];
  tf.dispose([parts, last]);
  const columns = values.length / lasts.length;
  for (let k = 0, from = 0, to = 0; k < lasts.length; k++) {
    for (let j = 0; j < columns; j++) sums[to++] += factor * values[from++];
    sums[to++] += factor * lasts[k];
  }
}
