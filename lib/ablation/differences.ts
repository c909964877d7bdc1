import { meanInterval } from '../eval/meanInterval';
import type { AblationFigure, Interval } from './table';

/** Mean and 95 % interval of independent values. */
export function intervalOf(values: readonly number[]): Interval {
  if (values.length === 1) return { mean: values[0], low: null, high: null };
  const { mean, low, high } = meanInterval(values);
  return { mean, low, high };
}

/**
 * Mean and 95 % interval of the differences of two rows, seed by seed, so that effects of a seed on both rows cancel.
 *
 * @returns null if no seed is in both
 */
export function pairedGain(
  values: AblationFigure['values'],
  reference: AblationFigure['values'],
): Interval | null {
  const differences = pairedDifferences(values, reference);
  return differences.length === 0 ? null : intervalOf(differences);
}

/** The differences of two rows for the seeds that both have. */
export function pairedDifferences(
  values: AblationFigure['values'],
  reference: AblationFigure['values'],
): number[] {
  return values.flatMap(({ seed, top1 }) => {
    const other = reference.find((each) => each.seed === seed);
    return other === undefined ? [] : [top1 - other.top1];
  });
}
