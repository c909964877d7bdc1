import { tf } from '../../tensor/native';
import type { RowBlocks } from './rowBlocks';
import { solveProblems, type Solution } from './solveProblems';
import { evaluateHinge, type Signs } from './squaredHinge';
import { norm, row, rows } from './vectors';

export interface CostsArgs {
  readonly blocks: RowBlocks;
  readonly signs: Signs;
  readonly problems: number;
  readonly costs: readonly number[];
  /** Maximum number of Newton steps; default 1000. */
  readonly iterations?: number;
  /** Default 1e-3: decision values then differ from those at the optimum in the third digit. */
  readonly tolerance?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface CostSolution extends Solution {
  readonly cost: number;
}

/** Limit of rows times problems that are solved together; each takes a byte. */
const mostTogether = 1e9;

/** Solves the problems for each cost, in ascending order, each starting from the solution of the previous one. */
export async function* solveCosts(args: CostsArgs): AsyncGenerator<CostSolution, void, undefined> {
  const { blocks, signs, problems, costs, iterations = 1000, tolerance = 1e-3, onProgress } = args;
  const size = blocks.columns + 1;
  const groups = groupsOf(problems, Math.max(1, Math.floor(mostTogether / blocks.rows)));
  const limits: number[] = [];
  for (const group of groups) limits.push(...(await solvedLimits(args, group, tolerance)));
  let before: Float64Array | null = null;
  let done = 0;
  for (const cost of [...costs].sort((a, b) => a - b)) {
    const points = new Float64Array(problems * size);
    const objectives = new Float64Array(problems);
    let converged = true;
    let passes = 0;
    for (const chosen of groups) {
      const start = before ? rows(before, chosen, size) : undefined;
      const onStep = (solved: number) => onProgress?.(done + solved, costs.length * problems);
      const solution: Solution = await solveProblems({
        blocks,
        signs,
        problems,
        chosen,
        cost,
        start,
        iterations,
        limits,
        onStep,
      });
      chosen.forEach((problem, i) => {
        points.set(row(solution.points, i, size), problem * size);
        objectives[problem] = solution.objectives[i];
      });
      done += chosen.length;
      passes += solution.passes;
      converged &&= solution.converged;
    }
    before = points;
    yield { cost, points, objectives, converged, passes };
  }
}

/**
 * Gradient norms at which problems count as solved. As in LIBLINEAR, this is a share of the norm at zero, which is
 * smaller the fewer rows the class has.
 */
async function solvedLimits(
  { blocks, signs, problems }: CostsArgs,
  group: readonly number[],
  tolerance: number,
): Promise<number[]> {
  const size = blocks.columns + 1;
  const counts = group.map(() => ({ own: 0, others: 0 }));
  const block = new Float32Array(problems);
  for (let row = 0; row < blocks.rows; row++) {
    signs(row, 1, block);
    group.forEach((problem, k) => {
      if (block[problem] > 0) counts[k].own++;
      else if (block[problem] < 0) counts[k].others++;
    });
  }
  const zeros = new Float64Array(group.length * size);
  const { gradients, active } = await evaluateHinge(blocks, signs, zeros, group, problems);
  tf.dispose([...active]);
  return counts.map(({ own, others }, k) => {
    const share = Math.max(1, Math.min(own, others)) / (own + others);
    return tolerance * share * norm(row(gradients, k, size));
  });
}

function groupsOf(problems: number, most: number): number[][] {
  const groups = Math.ceil(problems / most);
  const all = [...Array(problems).keys()];
  return Array.from({ length: groups }, (_, i) =>
    all.slice(Math.floor((i * problems) / groups), Math.floor(((i + 1) * problems) / groups)),
  );
}
