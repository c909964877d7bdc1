import type { Modality } from '../../config';
import type { TowerKey } from '../../model';
import type { ProbeFigures } from './figures';
import type { Observation } from './observation';

/** Facts that a run's figures are compared with. */
export interface HealthFacts {
  /** Number of steps in the run. */
  readonly steps: number;
  /** Number of steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Number of head outputs. Its log is the loss of a uniform prediction. */
  readonly outputs: number;
  /** True if teachers follow their students. */
  readonly teachersFollow: boolean;
  /** Number of values P in a patch: (P - 1) / P is the loss of reconstructing each patch by its mean. */
  readonly patchValues: Readonly<Record<Modality, number>>;
}

/** Input of a rule: the newest probe, the first one, and the highest and lowest figures so far. */
export interface Evidence {
  readonly facts: HealthFacts;
  readonly seen: Observation;
  readonly first: ProbeFigures;
  readonly peaks: ProbeFigures;
  /** The lowest means of any interval between two probes so far. */
  readonly lowest: Observation['means'];
}

/** `wrong` and `right` leave a gap between them, in which a verdict does not change. */
export type Verdict = 'wrong' | 'right' | 'between';

/** A possible problem of a run. */
export interface HealthRule {
  readonly key: string;
  /** Number of consecutive probes that must be wrong before the problem is reported, and right before it is over. */
  readonly patience: number;
  /** Number of steps that healthy runs may need to get there. Nothing is reported before. */
  readonly notBefore: number;
  /** True if continuing is futile. */
  readonly grave: boolean;
  /** Keys of rules that explain this one. It is not reported if one of them is. */
  readonly coveredBy: readonly string[];
  /** Returns null if the figure was not measured. */
  readonly judge: (evidence: Evidence) => Verdict | null;
  /** Describes the problem (to be followed by "since step ...") and its figures. */
  readonly say: (evidence: Evidence) => { readonly what: string; readonly figures: string };
}

export const towerNames: Readonly<Record<TowerKey, string>> = {
  videoStudent: 'video student',
  audioStudent: 'audio student',
  videoTeacher: 'video teacher',
  audioTeacher: 'audio teacher',
};

export const directions = [
  { key: 'videoToAudio', teacher: 'video teacher', student: 'audio student' },
  { key: 'audioToVideo', teacher: 'audio teacher', student: 'video student' },
] as const;

/** Wrong below `low`, right above `high`. */
export function below(value: number | undefined, low: number, high: number): Verdict | null {
  if (value === undefined) return null;
  return value < low ? 'wrong' : value > high ? 'right' : 'between';
}

export function above(value: number | undefined, high: number, low: number): Verdict | null {
  if (value === undefined) return null;
  return value > high ? 'wrong' : value < low ? 'right' : 'between';
}

/** True if a low figure counts as a fall: it once reached `height`, or the run is in its second half. */
export function hasFallen({ facts, seen }: Evidence, peak: number | undefined, height: number): boolean {
  return (peak ?? 0) >= height || seen.step >= facts.steps / 2;
}

export function digits(value: number | undefined): string {
  return String(Number((value ?? NaN).toPrecision(3)));
}

export function percent(share: number | undefined): string {
  return `${digits(100 * (share ?? NaN))} %`;
}
