import { quantile } from 'simple-statistics';

/** Median and spread of measured times. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** Requires at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const [p10, median, p90] = quantile([...values], [0.1, 0.5, 0.9]);
  return { median, p10, p90 };
}
