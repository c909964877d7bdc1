import type { StepMetrics } from '../runFolder';
import type { ProbeFigures } from './figures';
import {
  gather,
  type Gathered,
  lowestWith,
  nothingGathered,
  type Observation,
  peaksWith,
} from './observation';
import type { Evidence, HealthFacts, HealthRule } from './rule';
import { healthRules } from './rules';

/** Something that goes wrong in a run, in plain words. */
export interface HealthFinding {
  /** Of the rule. */
  readonly key: string;
  /** Step of the first probe that showed it. */
  readonly since: number;
  /** Whether going on is in vain. */
  readonly grave: boolean;
  readonly sentence: string;
}

/** How a rule stands. */
interface Standing {
  /** Probes in a row that were wrong, or right. */
  readonly wrong: number;
  readonly right: number;
  readonly since: number;
  /** Null as long as nothing was said. */
  readonly finding: HealthFinding | null;
}

const nothingSaid: Standing = { wrong: 0, right: 0, since: 0, finding: null };

/** All that a verdict on a run's next step needs to know of those before: a function of their figures alone. */
export interface HealthState {
  readonly gathered: Gathered;
  /** Of the first probe; null before it. */
  readonly first: ProbeFigures | null;
  readonly peaks: ProbeFigures;
  readonly lowest: Observation['means'];
  readonly standings: Readonly<Record<string, Standing>>;
}

export const healthAtStart: HealthState = {
  gathered: nothingGathered,
  first: null,
  peaks: {},
  lowest: {},
  standings: {},
};

/** Takes the figures of a step in. @returns what is new to be said, too */
export function judgeStep(
  state: HealthState,
  row: StepMetrics,
  facts: HealthFacts,
): { state: HealthState; said: readonly HealthFinding[] } {
  const { gathered, seen } = gather(state.gathered, row);
  if (seen === null) return { state: { ...state, gathered }, said: [] };
  const evidence: Evidence = {
    facts,
    seen,
    first: state.first ?? seen.figures,
    peaks: peaksWith(state.peaks, seen.figures),
    // A single step, with which the first probe comes, is no mean.
    lowest: state.first === null ? {} : lowestWith(state.lowest, seen.means),
  };
  const { first, peaks, lowest } = evidence;
  const known = { gathered, first, peaks, lowest };
  // The first probe is what the others are held against; and while the learning rate rises much goes up and down.
  if (state.first === null || seen.step < judgedFrom(facts))
    return { state: { ...known, standings: state.standings }, said: [] };
  const standings: Record<string, Standing> = { ...state.standings };
  const said: HealthFinding[] = [];
  for (const rule of healthRules) {
    if (seen.step < rule.notBefore) continue;
    const before = standings[rule.key] ?? nothingSaid;
    const isCovered = rule.coveredBy.some((key) => standings[key]?.finding != null);
    const after = next(rule, before, evidence, isCovered);
    standings[rule.key] = after;
    if (after.finding !== null && before.finding === null) said.push(after.finding);
  }
  return { state: { ...known, standings }, said };
}

/** What goes wrong now. */
export function findingsOf({ standings }: HealthState): HealthFinding[] {
  return Object.values(standings).flatMap(({ finding }) => (finding === null ? [] : [finding]));
}

/** Steps before which nothing is said: the warm-up and a tenth of the run, but in a long one no more than so many. */
const unsaidSteps = 500;

function judgedFrom({ steps, warmupSteps }: HealthFacts): number {
  return Math.max(warmupSteps, Math.min(0.1 * steps, unsaidSteps));
}

function next(rule: HealthRule, before: Standing, evidence: Evidence, isCovered: boolean): Standing {
  const verdict = rule.judge(evidence);
  if (verdict === null) return nothingSaid;
  if (verdict === 'between')
    return { ...before, wrong: before.finding === null ? 0 : before.wrong, right: 0 };
  if (verdict === 'right') {
    const right = before.right + 1;
    if (before.finding === null || right >= rule.patience) return { ...nothingSaid, right };
    return { ...before, right };
  }
  const { step } = evidence.seen;
  const since = before.wrong === 0 && before.finding === null ? step : before.since;
  const wrong = before.wrong + 1;
  const isNew = before.finding === null && wrong >= rule.patience && !isCovered;
  return { wrong, right: 0, since, finding: isNew ? finding(rule, evidence, since) : before.finding };
}

function finding(rule: HealthRule, evidence: Evidence, since: number): HealthFinding {
  const { what, figures } = rule.say(evidence);
  const { key, grave } = rule;
  return { key, since, grave, sentence: `${what} since step ${since} (${figures}).` };
}
