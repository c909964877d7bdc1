import { UserError } from 'xkd/dist/errors';
import type { BenchEngine, BenchPrecision } from './options';
import type { StepReply } from './protocol';

/** Largest allowed differences between two engines' figures for equal weights and inputs. */
const tolerances: Readonly<Record<BenchPrecision, { relative: number; mmd: number }>> = {
  // MMD is a difference of sums of the order of 1, so rounding has its full effect even where MMD itself is small.
  fp32: { relative: 1e-4, mmd: 1e-4 },
  bf16: { relative: 2e-2, mmd: 2e-2 },
};

/**
 * Throws if two engines do not compute the same, because their times would then mean nothing.
 *
 * @throws UserError that names the figure
 */
export function requireSameFigures(
  [first, a]: readonly [BenchEngine, StepReply],
  [second, b]: readonly [BenchEngine, StepReply],
  precision: BenchPrecision,
  step: number,
): void {
  const { relative, mmd } = tolerances[precision];
  for (const [name, expected] of figures(a)) {
    const actual = new Map(figures(b)).get(name) ?? NaN;
    const isMmd = name.includes('align');
    const allowed = isMmd ? mmd * Math.max(1, Math.abs(expected)) : relative * Math.abs(expected);
    if (!(Math.abs(actual - expected) <= allowed)) {
      throw new UserError(
        `${first} and ${second} do not compute the same: ${name} of step ${step} is ${expected} and ${actual}; ` +
          'no times are given, since one of the two is wrong.',
      );
    }
  }
}

function figures({ losses, checksum }: StepReply): [string, number][] {
  const terms = Object.entries(losses ?? {}).filter(([name]) => name !== 'clipped');
  return checksum === undefined ? terms : [...terms, ['checksum', checksum]];
}
