import type { Modality } from '../../config';
import type { TowerKey } from '../../model';
import type { ProbeFigures } from './figures';
import type { Observation } from './observation';

/** What a run's figures are held against. */
export interface HealthFacts {
  /** Steps of the run. */
  readonly steps: number;
  /** Steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Of the heads: their log is the loss of an answer that says nothing. */
  readonly outputs: number;
  /** Whether teachers follow their students. */
  readonly teachersFollow: boolean;
  /** Values of a patch: (P - 1) / P is the loss of reconstructing each patch by its mean. */
  readonly patchValues: Readonly<Record<Modality, number>>;
}

/** What a rule looks at: the newest probe, the first one, and the highest and lowest so far. */
export interface Evidence {
  readonly facts: HealthFacts;
  readonly seen: Observation;
  readonly first: ProbeFigures;
  readonly peaks: ProbeFigures;
  /** The lowest means between two probes so far. */
  readonly lowest: Observation['means'];
}

/** `wrong` and `right` leave a gap in which a verdict stays what it was. */
export type Verdict = 'wrong' | 'right' | 'between';

/** Something that can be wrong with a run. */
export interface HealthRule {
  readonly key: string;
  /** Probes in a row that must be wrong before it is said, and right before it is over. */
  readonly patience: number;
  /** Steps that healthy runs may take to get there: nothing is said before. */
  readonly notBefore: number;
  /** Whether going on is in vain. */
  readonly grave: boolean;
  /** Rules that, once said, explain this one: it is not said then. */
  readonly coveredBy: readonly string[];
  /** Null where it was not measured. */
  readonly judge: (evidence: Evidence) => Verdict | null;
  /** What is wrong, to be followed by "since step ...", and the figures. */
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

/** Below `low` wrong, above `high` right. */
export function below(value: number | undefined, low: number, high: number): Verdict | null {
  if (value === undefined) return null;
  return value < low ? 'wrong' : value > high ? 'right' : 'between';
}

export function above(value: number | undefined, high: number, low: number): Verdict | null {
  if (value === undefined) return null;
  return value > high ? 'wrong' : value < low ? 'right' : 'between';
}

/** A low figure is no fall where it never was high; in the second half it should be by then. */
export function hasFallen({ facts, seen }: Evidence, peak: number | undefined, height: number): boolean {
  return (peak ?? 0) >= height || seen.step >= facts.steps / 2;
}

export function digits(value: number | undefined): string {
  return String(Number((value ?? NaN).toPrecision(3)));
}

export function percent(share: number | undefined): string {
  return `${digits(100 * (share ?? NaN))} %`;
}
