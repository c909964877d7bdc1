import type { StepMetrics } from '../runs/runFolder';
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

/** A problem in a run, in plain words. */
export interface HealthFinding {
  /** Key of the rule. */
  readonly key: string;
  /** Step of the first probe that showed it. */
  readonly since: number;
  /** True if continuing is futile. */
  readonly grave: boolean;
  readonly sentence: string;
}

/** State of a rule. */
interface Standing {
  /** Number of consecutive probes judged wrong, or right. */
  readonly wrong: number;
  readonly right: number;
  readonly since: number;
  /** Null until the problem is reported. */
  readonly finding: HealthFinding | null;
}

const nothingSaid: Standing = { wrong: 0, right: 0, since: 0, finding: null };

/** Everything that judging the next step needs from the previous ones: a function of their figures alone. */
export interface HealthState {
  readonly gathered: Gathered;
  /** Figures of the first probe; null before it. */
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

/**
 * Adds the figures of a step.
 *
 * @returns the new state and the new findings
 */
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
    // The first probe comes after a single step, which is not a mean.
    lowest: state.first === null ? {} : lowestWith(state.lowest, seen.means),
  };
  const { first, peaks, lowest } = evidence;
  const known = { gathered, first, peaks, lowest };
  // The first probe is the baseline for the others, and figures fluctuate while the learning rate rises.
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

/** Current findings. */
export function findingsOf({ standings }: HealthState): HealthFinding[] {
  return Object.values(standings).flatMap(({ finding }) => (finding === null ? [] : [finding]));
}

/** No findings are reported during the warm-up and the first tenth of the run, which is capped at this many steps. */
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
