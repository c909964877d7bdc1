import type { LinearModel } from '../linearModel';
import type { RowSource } from '../store/rows';
import { RowBlocks } from './rowBlocks';
import { solveCosts } from './solveCosts';
import type { Signs } from './squaredHinge';

export interface SvmFitArgs {
  readonly rows: RowSource;
  /** Class index of each row, from 0. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Weights of the errors against the penalty on large weights, in any order. */
  readonly costs: readonly number[];
  /** Maximum number of Newton steps; default 1000. */
  readonly iterations?: number;
  /** Default 1e-3: decision values then differ from those at the optimum in the third digit. */
  readonly tolerance?: number;
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A classifier for one cost. */
export interface FittedSvm extends LinearModel {
  readonly cost: number;
  /** Objective of each class's problem at its solution. */
  readonly objectives: Float64Array;
  /** Passes over the rows, in addition to those for the previous cost. */
  readonly passes: number;
}

/**
 * One-vs-rest linear support vector machines with squared hinge loss: the problem that scikit-learn's `LinearSVC`
 * passes to liblinear by default. The bias is the weight of an additional feature that is always 1, so it is
 * regularised like the others.
 *
 * All classes are solved at once with native matrix products, in passes over rows in memory or on disk, in float32
 * with sums in float64. Costs are solved in ascending order, each starting from the solution of the previous one.
 *
 * @returns in the order of `costs`
 */
export async function fitLinearSvms(args: SvmFitArgs): Promise<FittedSvm[]> {
  const { labels, classes, costs } = args;
  const blocks = new RowBlocks(args);
  const signs: Signs = (first, count, into) => {
    into.fill(-1);
    for (let i = 0; i < count; i++) into[i * classes + labels[first + i]] = 1;
  };
  try {
    const byCost = new Map<number, FittedSvm>();
    for await (const solution of solveCosts({ ...args, blocks, signs, problems: classes })) {
      const { cost } = solution;
      byCost.set(cost, { ...modelOf(solution.points, classes), ...solution });
    }
    return costs.map((cost) => byCost.get(cost)!);
  } finally {
    blocks.dispose();
  }
}

/** Splits points into weights and biases. */
export function modelOf(points: Float64Array, classes: number): Omit<LinearModel, 'converged'> {
  const size = points.length / classes;
  const weights = new Float64Array(classes * (size - 1));
  const bias = new Float64Array(classes);
  for (let k = 0; k < classes; k++) {
    weights.set(points.subarray(k * size, (k + 1) * size - 1), k * (size - 1));
    bias[k] = points[(k + 1) * size - 1];
  }
  return { weights, bias, classes: Int32Array.from({ length: classes }, (_, k) => k) };
}
