import { meanInterval } from '../meanInterval';
import type { FoundResult } from './findResults';
import { groupBy } from './distinctRuns';

/** A metric's value in one run. */
export interface RunValue {
  /** Seed of the pretraining. */
  readonly networkSeed: number;
  /** Seed of the evaluation. */
  readonly seed: number;
  readonly value: number;
  readonly path: string;
}

/** A metric, aggregated over the runs of a group. */
export interface Aggregate {
  readonly mean: number;
  /** Bounds of the mean's 95 % confidence interval; null if there is only one value. */
  readonly low: number | null;
  readonly high: number | null;
  /** What the interval is taken over: pretraining seeds if there are several, otherwise evaluation seeds. */
  readonly over: 'pretraining seeds' | 'evaluation seeds' | 'draws' | null;
  /** Number of seeds, or of draws within one run. */
  readonly count: number;
  readonly values: readonly RunValue[];
}

/**
 * Mean and interval of a metric. Runs on the same network are not independent trials of its pretraining. If there are
 * several networks, each therefore counts once, with the mean over its evaluations.
 *
 * @param isShare true if the interval is clipped to 0 and 1
 */
export function aggregate(runs: readonly FoundResult[], metric: string, isShare: boolean): Aggregate {
  const values = runs
    .filter(({ result }) => result.metrics[metric] !== undefined)
    .map(({ path, result: { network, seed, metrics } }) => ({
      networkSeed: network.seed,
      seed,
      value: metrics[metric],
      path,
    }))
    .sort((a, b) => a.networkSeed - b.networkSeed || a.seed - b.seed);
  const networks = [...groupBy(values, ({ networkSeed }) => String(networkSeed)).values()].map(meanValue);
  const clip = (end: number) => (isShare ? Math.min(1, Math.max(0, end)) : end);
  const over = (trials: readonly number[], over: Aggregate['over']): Aggregate => {
    const { mean, low, high } = meanInterval(trials);
    return { mean, low: clip(low), high: clip(high), over, count: trials.length, values };
  };
  if (networks.length > 1) return over(networks, 'pretraining seeds');
  if (values.length > 1)
    return over(
      values.map(({ value }) => value),
      'evaluation seeds',
    );
  const [{ value: mean }] = values;
  const draws = runs[0].result.intervals?.[metric];
  if (draws)
    return { mean, low: clip(draws.low), high: clip(draws.high), over: 'draws', count: draws.values, values };
  return { mean, low: null, high: null, over: null, count: 1, values };
}

function meanValue(values: readonly RunValue[]): number {
  return values.reduce((sum, { value }) => sum + value, 0) / values.length;
}
