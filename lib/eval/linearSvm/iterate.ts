import { tf } from '../../tensor/native';
import { rows } from './vectors';

/** Points of the unsolved problems, with what is known there. */
export interface Iterate {
  /** Indices among the problems being solved. */
  readonly problems: readonly number[];
  /** `[p, D + 1]` */
  readonly points: Float64Array;
  readonly values: Float64Array;
  /** `[p, D + 1]` */
  readonly gradients: Float64Array;
  /** `[n, p]` per block: rows within the margin. */
  readonly active: readonly tf.Tensor2D[];
}

/** Keeps only some of the problems. The tensors of the others are disposed. */
export function keep(iterate: Iterate, size: number, condition: (i: number) => boolean): Iterate {
  const chosen = [...iterate.problems.keys()].filter(condition);
  if (chosen.length === iterate.problems.length) return iterate;
  const active = chosen.length === 0 ? [] : pickActive(iterate.active, chosen);
  tf.dispose([...iterate.active]);
  return {
    problems: chosen.map((i) => iterate.problems[i]),
    points: rows(iterate.points, chosen, size),
    values: Float64Array.from(chosen, (i) => iterate.values[i]),
    gradients: rows(iterate.gradients, chosen, size),
    active,
  };
}

/** Selects columns of the masks of rows within the margin. */
export function pickActive(active: readonly tf.Tensor2D[], chosen: readonly number[]): tf.Tensor2D[] {
  return tf.tidy(() => {
    const columns = tf.tensor1d([...chosen], 'int32');
    return active.map((block) => tf.gather(block, columns, 1));
  });
}
