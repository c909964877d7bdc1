import { tf } from '../../tensor/native';
import { rows } from './vectors';

/** Points of the problems that are not solved yet, and what is known there. */
export interface Iterate {
  /** Places of the problems among those that are solved. */
  readonly problems: readonly number[];
  /** `[p, D + 1]` */
  readonly points: Float64Array;
  readonly values: Float64Array;
  /** `[p, D + 1]` */
  readonly gradients: Float64Array;
  /** `[n, p]` of each block: rows within the margin. */
  readonly active: readonly tf.Tensor2D[];
}

/** Only some of the problems; the tensors of the others are let go. */
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

/** Columns of the rows within the margin. */
export function pickActive(active: readonly tf.Tensor2D[], chosen: readonly number[]): tf.Tensor2D[] {
  return tf.tidy(() => {
    const columns = tf.tensor1d([...chosen], 'int32');
    return active.map((block) => tf.gather(block, columns, 1));
  });
}
