import type { StepMetrics } from '../runs/runFolder';
import { type ProbeFigures, probeFigures } from './figures';

/** Figures of every step that are averaged since the previous probe, because a single batch says little. */
export const meanFigures = [
  'total',
  'videoReconstruction',
  'audioReconstruction',
  'videoToAudio',
  'audioToVideo',
  'clippedShare',
] as const;
export type MeanFigure = (typeof meanFigures)[number];

/** Data available after a probe. */
export interface Observation {
  readonly step: number;
  readonly figures: ProbeFigures;
  /** Means over the steps since the previous probe, including this one. */
  readonly means: Readonly<Partial<Record<MeanFigure, number>>>;
}

/** Sums over the steps since the last probe. */
export interface Gathered {
  readonly steps: number;
  readonly sums: Readonly<Partial<Record<MeanFigure, number>>>;
}

export const nothingGathered: Gathered = { steps: 0, sums: {} };

/** Adds a step. If it was probed, returns an observation and resets the sums. */
export function gather(
  { steps, sums }: Gathered,
  row: StepMetrics,
): { gathered: Gathered; seen: Observation | null } {
  const added = Object.fromEntries(
    meanFigures.flatMap((name) => {
      const value = row[name];
      return value === undefined ? [] : [[name, (sums[name] ?? 0) + value]];
    }),
  ) as Gathered['sums'];
  const figures = Object.fromEntries(
    probeFigures.filter((name) => row[name] !== undefined).map((name) => [name, row[name]]),
  ) as ProbeFigures;
  if (Object.keys(figures).length === 0) return { gathered: { steps: steps + 1, sums: added }, seen: null };
  const means = Object.fromEntries(
    Object.entries(added).map(([name, sum]) => [name, sum / (steps + 1)]),
  ) as Observation['means'];
  return { gathered: nothingGathered, seen: { step: row.step, figures, means } };
}

/** Running maximum of each figure. */
export function peaksWith(peaks: ProbeFigures, figures: ProbeFigures): ProbeFigures {
  return merged(peaks, figures, Math.max);
}

/** Running minimum of each mean. */
export function lowestWith(lowest: Observation['means'], means: Observation['means']): Observation['means'] {
  return merged(lowest, means, Math.min);
}

function merged<Name extends string>(
  before: Readonly<Partial<Record<Name, number>>>,
  now: Readonly<Partial<Record<Name, number>>>,
  choose: (a: number, b: number) => number,
): Readonly<Partial<Record<Name, number>>> {
  const all: Partial<Record<Name, number>> = { ...before };
  for (const [name, value] of Object.entries(now) as [Name, number][]) {
    const other = before[name];
    all[name] = other === undefined ? value : choose(other, value);
  }
  return all;
}
