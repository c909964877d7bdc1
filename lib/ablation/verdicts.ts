import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { studentWithin } from '../eval/meanInterval';
import { RandomStream } from '../random';
import type { AblationFeatures, AblationProbe } from './jobResult';
import { pairedDifferences } from './differences';
import type { AblationTable, AblationTableRow } from './table';

/** What the differences of a row from the one that it is compared with say, seed by seed. */
export interface AblationVerdict {
  /** The differences, at least two. */
  readonly differences: readonly number[];
  /** Probability of a difference like this if there is none: paired t-test, two-sided. */
  readonly p: number;
  /** The same, corrected for the number of rows by Holm's method. */
  readonly adjusted: number;
  /**
   * Gains or loses: the corrected probability is below 5 %; none: it is not, and the 95 % interval holds 0; open: it is not,
   * though the interval leaves out 0, so that more seeds are needed.
   */
  readonly kind: 'gains' | 'loses' | 'none' | 'open';
  /** The largest difference that the 95 % interval allows, a share. */
  readonly atMost: number;
}

/**
 * Verdicts for the rows of an ablation that are compared with another one over at least two seeds, by name. They form one
 * family: Holm's correction keeps the probability that any of them claims a difference that is not there below 5 %.
 */
export function ablationVerdicts(
  { rows }: Pick<AblationTable, 'rows'>,
  features: AblationFeatures = 'video',
  probe: AblationProbe = 'logistic',
): Map<string, AblationVerdict> {
  const tested = rows.flatMap((row) => {
    const differences = differencesOf(row, rows, features, probe);
    return differences.length < 2 ? [] : [{ row, differences, p: pairedP(differences) }];
  });
  const adjusted = holm(tested.map(({ p }) => p));
  return new Map(
    tested.map(({ row, differences, p }, i) => {
      const { mean: effect, low, high } = row.figures[features][probe].gain!;
      return [
        row.name,
        {
          differences,
          p,
          adjusted: adjusted[i],
          kind:
            adjusted[i] < 0.05
              ? effect > 0
                ? ('gains' as const)
                : ('loses' as const)
              : low! <= 0 && high! >= 0
                ? ('none' as const)
                : ('open' as const),
          atMost: Math.max(Math.abs(low!), Math.abs(high!)),
        },
      ] as const;
    }),
  );
}

/** A verdict in words: `gains`, `loses`, `no difference larger than 2.1`, in percentage points, or `not decided`. */
export function verdictText(verdict: AblationVerdict | undefined): string {
  if (verdict === undefined) return '';
  const { kind, atMost } = verdict;
  if (kind === 'none') return `no difference larger than ${(100 * atMost).toFixed(1)}`;
  return kind === 'open' ? 'not decided' : kind;
}

function differencesOf(
  { name, against, figures }: AblationTableRow,
  rows: readonly AblationTableRow[],
  features: AblationFeatures,
  probe: AblationProbe,
): number[] {
  const reference = rows.find((row) => row.name === against && row.name !== name);
  if (reference === undefined) return [];
  return pairedDifferences(figures[features][probe].values, reference.figures[features][probe].values);
}

/** @param differences at least two */
export function pairedP(differences: readonly number[]): number {
  const effect = mean([...differences]);
  const error = sampleStandardDeviation([...differences]) / Math.sqrt(differences.length);
  if (effect === 0) return 1;
  return error === 0 ? 0 : 1 - studentWithin(effect / error, differences.length - 1);
}

/** Holm's correction: the smallest of m probabilities times m, the next one times m - 1, and so on, never falling. */
export function holm(probabilities: readonly number[]): number[] {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[a] - probabilities[b]);
  const adjusted = new Array<number>(probabilities.length);
  let highest = 0;
  for (const [rank, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (probabilities.length - rank) * probabilities[i]));
    adjusted[i] = highest;
  }
  return adjusted;
}

/**
 * 95 % interval of a mean by the bootstrap, a second opinion beside that of Student's t: percentiles over samples drawn with
 * replacement, the same ones for the same name.
 */
export function bootstrapInterval(values: readonly number[], name: string): { low: number; high: number } {
  const stream = RandomStream.fromSeed('bootstrap').split(name);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += stream.pick(values);
    return sum / values.length;
  }).sort();
  const sorted = Array.from(means);
  return { low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) };
}

const resamples = 10_000;
