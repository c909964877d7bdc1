import { z } from 'zod';
import type { AblationFeatures, AblationProbe } from './jobResult';
import type { AblationTable, AblationTableRow, Interval } from './table';

const points = z.number().min(0).max(1);

/**
 * When a row has enough seeds, fixed before the first one is trained. Seeds are added in equal portions, and only the rule
 * decides whether there is another portion.
 */
export const seedRuleSchema = z.strictObject({
  /** Seeds of the first portion and of each further one. */
  portion: z.int().min(2),
  /** Largest number of seeds. */
  most: z.int().min(2),
  /** A row is decided if the 95 % interval of its difference reaches at most this far from its middle, */
  halfWidth: points,
  /** or if the interval leaves out 0 by more than this. */
  margin: points,
});
export type SeedRule = Readonly<z.infer<typeof seedRuleSchema>>;

export const usualSeedRule: SeedRule = { portion: 5, most: 30, halfWidth: 0.03, margin: 0.01 };

/** The figures that a rule looks at. */
const judged: readonly AblationFeatures[] = ['video', 'audio'];
const judgedProbe: AblationProbe = 'logistic';

/** True if a difference is known well enough. */
export function isDecided({ low, high }: Interval, { halfWidth, margin }: SeedRule): boolean {
  if (low === null || high === null) return false;
  return (high - low) / 2 <= halfWidth || low > margin || high < -margin;
}

/** Rows that the rule gives another portion of seeds. */
export function undecidedRows({ rows }: Pick<AblationTable, 'rows'>, rule: SeedRule): AblationTableRow[] {
  return rows.filter(({ figures }) =>
    judged.some((features) => {
      const { gain, values } = figures[features][judgedProbe];
      return gain !== null && values.length < rule.most && !isDecided(gain, rule);
    }),
  );
}

/**
 * The number of seeds that each row gets next: a portion more for those that are not decided and for the rows that they are
 * compared with.
 *
 * @returns null if nothing is to be trained any more
 */
export function nextSeeds(table: Pick<AblationTable, 'rows'>, rule: SeedRule): Map<string, number> | null {
  const open = undecidedRows(table, rule);
  if (open.length === 0) return null;
  const seeds = new Map(
    table.rows.map(({ name, figures }) => [name, figures.video[judgedProbe].values.length]),
  );
  for (const { name, against } of open) {
    const wanted = Math.min(rule.most, seeds.get(name)! + rule.portion);
    for (const each of [name, against]) seeds.set(each, Math.max(seeds.get(each) ?? 0, wanted));
  }
  return seeds;
}

/** The rule in a sentence. */
export function ruleSentence({ portion, most, halfWidth, margin }: SeedRule): string {
  const text = (share: number) => String(Number((100 * share).toFixed(2)));
  return (
    `Seeds were added in portions of ${portion}, to at most ${most}, until the 95 % interval of the row's difference, on video and on ` +
    `audio, reached at most ${text(halfWidth)} points from its middle or left out 0 by more than ${text(margin)}.`
  );
}
