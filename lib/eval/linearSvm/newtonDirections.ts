import { tf } from '../../tensor/native';
import { pickActive, type Iterate } from './iterate';
import type { Preconditioner } from './preconditioner';
import type { RowBlocks } from './rowBlocks';

import { multiplyHessians } from './squaredHinge';
import { add, dot, norm, row, rows } from './vectors';

export interface DirectionArgs {
  readonly blocks: RowBlocks;
  readonly preconditioner: Preconditioner;
  readonly cost: number;
  readonly here: Iterate;
  /** Norm of the residual at which each problem's direction is accurate enough. */
  readonly enough: readonly number[];
}

/** Limit for the case that rounding keeps a residual from falling. */
const mostIterations = 100;

/**
 * Solves Hessian x direction = -gradient for each problem by preconditioned conjugate gradients. When half of the
 * problems are solved, the others continue with half the work.
 */
export async function newtonDirections(
  args: DirectionArgs,
): Promise<{ directions: Float64Array; passes: number }> {
  const { blocks, preconditioner, cost, here, enough } = args;
  const size = blocks.columns + 1;
  const directions = new Float64Array(here.points.length);
  const residuals = here.gradients.map((value) => -value);
  let open = [...here.problems.keys()].filter((i) => norm(row(residuals, i, size)) > enough[i]);
  let active = here.active;
  let columns = [...here.problems.keys()];
  let searches = preconditioner.apply(residuals);
  const squares = columns.map((i) => dot(row(residuals, i, size), row(searches, i, size)));
  let passes = 0;
  try {
    for (; open.length > 0 && passes < mostIterations; passes++) {
      if (2 * open.length <= columns.length) {
        const kept = pickActive(active, open.map((i) => columns.indexOf(i))); // prettier-ignore
        searches = rows(searches, open.map((i) => columns.indexOf(i)), size); // prettier-ignore
        if (active !== here.active) tf.dispose([...active]);
        active = kept;
        columns = open;
      }
      const products = await multiplyHessians(blocks, active, searches);
      for (const [at, i] of columns.entries()) {
        if (!open.includes(i)) continue;
        const search = row(searches, at, size);
        const product = row(products, at, size);
        for (let j = 0; j < size; j++) product[j] = cost * product[j] + search[j];
        const length = squares[i] / dot(search, product);
        add(row(directions, i, size), length, search);
        add(row(residuals, i, size), -length, product);
      }
      const scaled = preconditioner.apply(rows(residuals, columns, size));
      open = open.filter((i) => norm(row(residuals, i, size)) > enough[i]);
      for (const [at, i] of columns.entries()) {
        const own = row(scaled, at, size);
        const square = dot(row(residuals, i, size), own);
        const search = row(searches, at, size);
        const share = square / squares[i];
        for (let j = 0; j < size; j++) search[j] = own[j] + share * search[j];
        squares[i] = square;
      }
    }
  } finally {
    if (active !== here.active) tf.dispose([...active]);
  }
  return { directions, passes };
}
