import { meanInterval } from '../meanInterval';
import type { FoundResult } from './findResults';
import { groupBy } from './distinctRuns';

/** One run's value of a metric. */
export interface RunValue {
  /** Of the pretraining. */
  readonly networkSeed: number;
  /** Of the evaluation. */
  readonly seed: number;
  readonly value: number;
  readonly path: string;
}

/** A metric over the runs of a group. */
export interface Aggregate {
  readonly mean: number;
  /** Ends of the 95 % interval of the mean; null where there is a single value. */
  readonly low: number | null;
  readonly high: number | null;
  /** What the interval is over: seeds of pretraining where there are several, else of the evaluation. */
  readonly over: 'pretraining seeds' | 'evaluation seeds' | 'draws' | null;
  /** Seeds, or draws within one run. */
  readonly count: number;
  readonly values: readonly RunValue[];
}

/**
 * Mean and interval of a metric. Runs on one network are no independent trials of its pretraining: where there are
 * several networks, each counts once, with the mean over its evaluations.
 *
 * @param isShare whether the interval ends at 0 and 1
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
