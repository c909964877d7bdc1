import { tf } from '../../tensor/native';
import { newtonDirections } from './newtonDirections';
import { keep, type Iterate } from './iterate';
import { Preconditioner } from './preconditioner';
import type { RowBlocks } from './rowBlocks';
import { evaluateHinge, type Signs } from './squaredHinge';
import { add, dot, norm, row } from './vectors';

export interface SolveArgs {
  readonly blocks: RowBlocks;
  readonly signs: Signs;
  /** Total number of problems in the signs. */
  readonly problems: number;
  /** The problems to solve, P of them; default: all. */
  readonly chosen?: readonly number[];
  readonly cost: number;
  /** Starting point, `[P, D + 1]`, such as the solution of a lower cost; default: zeros. */
  readonly start?: Float64Array;
  /** Maximum number of Newton steps. */
  readonly iterations: number;
  /** Norm of the gradient, divided by the cost, at which a problem is solved; one for each of all problems. */
  readonly limits: readonly number[];
  /** Called after each Newton step with the number of solved problems. */
  readonly onStep?: (solved: number) => void;
}

export interface Solution {
  /** `[P, D + 1]`: the weights of each problem, followed by its bias. */
  readonly points: Float64Array;
  readonly objectives: Float64Array;
  readonly converged: boolean;
  /** Number of passes over the rows. */
  readonly passes: number;
}

const sufficientDecrease = 1e-4;
const mostHalvings = 30;
/** A decrease below this share of a value is lost in float32 sums. */
const rounding = 1e-7;

/**
 * Solves many linear SVMs at once. Each minimises |w|^2 / 2 + cost x sum of max(0, 1 - y w.x)^2 over w, where the last
 * value of x is 1 (Fan et al., LIBLINEAR, JMLR 2008, section 2). Newton steps as in `newton.ts`, for all problems in
 * parallel: each pass over the rows serves all unsolved ones.
 */
export async function solveProblems(args: SolveArgs): Promise<Solution> {
  const { blocks, cost, iterations, onStep } = args;
  const chosen = args.chosen ?? [...Array(args.problems).keys()];
  const problems = chosen.length;
  const size = blocks.columns + 1;
  const points = args.start?.slice() ?? new Float64Array(problems * size);
  const objectives = new Float64Array(problems);
  let passes = 1;
  let here = await placeAt(args, [...Array(problems).keys()], points);
  const limits = chosen.map((problem) => cost * args.limits[problem]);
  let preconditioner: Preconditioner | null = null;
  let share = Infinity;
  const settle = ({ problems, points: found, values }: Iterate) =>
    problems.forEach((problem, i) => {
      points.set(row(found, i, size), problem * size);
      objectives[problem] = values[i];
    });
  try {
    settle(here);
    for (let step = 0; ; step++) {
      here = keep(here, size, (i) => norm(row(here.gradients, i, size)) > limits[here.problems[i]]);
      onStep?.(problems - here.problems.length);
      if (here.problems.length === 0) return { points, objectives, converged: true, passes };
      if (step === iterations) return { points, objectives, converged: false, passes };
      const own = await activeShare(here);
      if (preconditioner === null || own < changed * share) {
        preconditioner?.dispose();
        preconditioner = new Preconditioner(await weightedGram(blocks, here), cost);
        share = own;
      }
      const enough = here.problems.map((problem, i) =>
        Math.max(forcing * norm(row(here.gradients, i, size)), 0.1 * limits[problem]),
      );
      const found = await newtonDirections({ blocks, preconditioner, cost, here, enough });
      const slopes = here.problems.map((_, i) =>
        dot(row(found.directions, i, size), row(here.gradients, i, size)),
      );
      const next = await search(args, here, found.directions, slopes);
      passes += found.passes + next.passes;
      tf.dispose([...here.active]);
      settle(next.iterate);
      const values = here.values;
      here = keep(next.iterate, size, (i) => -slopes[i] > rounding * values[i]);
    }
  } finally {
    tf.dispose([...here.active]);
    preconditioner?.dispose();
  }
}

/**
 * The preconditioner is recomputed when the share of rows within the margins has fallen to this fraction of its value
 * then.
 */
const changed = 0.6;

/** Mean share of rows within the margins. */
function activeShare({ active, problems }: Iterate): number {
  const rows = active.reduce((sum, block) => sum + block.shape[0], 0);
  const inside = active.reduce(
    (sum, block) => sum + tf.tidy(() => tf.sum(block.cast('float32')).dataSync()[0]),
    0,
  );
  return inside / (rows * problems.length);
}

function weightedGram(blocks: RowBlocks, { active }: Iterate): Promise<Float64Array> {
  return blocks.gram((index) => tf.mean(active[index].cast('float32'), 1));
}

/** Directions are found to a residual of this share of the gradient. */
const forcing = 0.1;

/** Halves each problem's step until its value falls enough. */
async function search(
  args: SolveArgs,
  here: Iterate,
  directions: Float64Array,
  slopes: readonly number[],
): Promise<{ iterate: Iterate; passes: number }> {
  const size = args.blocks.columns + 1;
  const steps = here.problems.map(() => 1);
  for (let halvings = 0; ; halvings++) {
    const points = here.points.slice();
    steps.forEach((step, i) => add(row(points, i, size), step, row(directions, i, size)));
    const iterate = await placeAt(args, here.problems, points);
    const far = here.problems.flatMap((_, i) => {
      const most = here.values[i] * (1 + rounding) + sufficientDecrease * steps[i] * slopes[i];
      return iterate.values[i] <= most ? [] : [i];
    });
    if (far.length === 0 || halvings === mostHalvings) return { iterate, passes: halvings + 1 };
    tf.dispose([...iterate.active]);
    for (const i of far) steps[i] /= 2;
  }
}

/** Value and gradient, including the cost and the penalty on large weights. */
async function placeAt(
  { blocks, signs, problems: all, chosen, cost }: SolveArgs,
  problems: readonly number[],
  points: Float64Array,
): Promise<Iterate> {
  const numbers = chosen ? problems.map((i) => chosen[i]) : problems;
  const { losses, gradients, active } = await evaluateHinge(blocks, signs, points, numbers, all);
  const size = blocks.columns + 1;
  const values = losses.map((loss, i) => cost * loss + dot(row(points, i, size), row(points, i, size)) / 2);
  for (let j = 0; j < gradients.length; j++) gradients[j] = cost * gradients[j] + points[j];
  return { problems, points, values, gradients, active };
}
