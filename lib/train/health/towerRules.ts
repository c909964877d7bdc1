import type { TowerKey } from '../../model';
import type { ProbeFigures } from './figures';
import { type HealthRule, below, digits, hasFallen, percent, towerNames } from './rule';

/* Rules based on probes of single towers. */

export function featuresAlike(tower: TowerKey): HealthRule {
  return {
    key: `${tower} features`,
    patience: 2,
    notBefore: 0,
    grave: true,
    coveredBy: [],
    judge: (evidence) => {
      const { figures } = evidence.seen;
      const verdict = below(figures[`${tower}ProbeSpread`], 0.05, 0.1);
      const isFall = hasFallen(evidence, evidence.peaks[`${tower}ProbeSpread`], 0.2);
      return verdict === 'wrong' && !(isFall && figures[`${tower}ProbeRank`]! < 1.5) ? 'between' : verdict;
    },
    say: ({ seen: { figures } }) => ({
      what: `The features of the ${towerNames[tower]} are alike for every clip`,
      figures: `effective rank ${digits(figures[`${tower}ProbeRank`])}, spread ${digits(figures[`${tower}ProbeSpread`])}`,
    }),
  };
}

export function answersAlike(tower: TowerKey): HealthRule {
  // Predictions of a student, for masked clips and at a higher temperature, are far less sharp.
  const followed =
    tower === 'videoStudent' ? 'audioTeacher' : tower === 'audioStudent' ? 'videoTeacher' : null;
  const [low, high, peak, patience] = tower.endsWith('Teacher')
    ? [0.02, 0.05, 0.1, 2]
    : [0.003, 0.01, 0.03, 3];
  return {
    key: `${tower} answers`,
    patience,
    notBefore: 0,
    grave: true,
    coveredBy: ['still', `${tower} features`, ...(followed === null ? [] : [`${followed} answers`])],
    judge: (evidence) => {
      const verdict = below(evidence.seen.figures[`${tower}ProbeInformation`], low, high);
      const isFall = hasFallen(evidence, evidence.peaks[`${tower}ProbeInformation`], peak);
      return verdict === 'wrong' && !isFall ? 'between' : verdict;
    },
    say: ({ seen: { figures } }) => ({
      what: `The ${towerNames[tower]} answers every clip alike`,
      figures: `its answers hold ${percent(figures[`${tower}ProbeInformation`])} of what could tell the clips apart; their entropy is ${percent(figures[`${tower}ProbeEntropy`])} of the largest`,
    }),
  };
}

/** Reports students whose features have not changed since the start. */
export function nothingChanges(): HealthRule {
  return {
    key: 'still',
    patience: 2,
    notBefore: 0,
    grave: true,
    coveredBy: [],
    judge: ({ seen, first }) => (same(seen.figures, first, 'Student', 1e-3) ? 'wrong' : 'right'),
    say: () => ({
      what: 'The students have learnt nothing: their features are those of the start',
      figures: 'is optimiser.learningRate too low, or optimiser.epsilon too high?',
    }),
  };
}

export function teachersStandStill(): HealthRule {
  return {
    key: 'teachers still',
    patience: 3,
    notBefore: 0,
    grave: false,
    coveredBy: ['still'],
    judge: ({ seen, first, facts }) => {
      if (!facts.teachersFollow || seen.figures.videoTeacherProbeRank === undefined) return null;
      return same(seen.figures, first, 'Teacher', 1e-6) ? 'wrong' : 'right';
    },
    say: () => ({
      what: 'The teachers are those of the start and do not follow the students',
      figures: 'is ema.start 1?',
    }),
  };
}

function same(
  figures: ProbeFigures,
  first: ProbeFigures,
  role: 'Student' | 'Teacher',
  tolerance: number,
): boolean {
  return (['video', 'audio'] as const).every((modality) =>
    (['Rank', 'Spread'] as const).every((measure) => {
      const name = `${modality}${role}Probe${measure}` as const;
      const [now, then] = [figures[name], first[name]];
      if (now === undefined || then === undefined) return false;
      // Features that are alike at the start stay alike, however much is learnt.
      return then > 0.01 && Math.abs(now - then) <= tolerance * then;
    }),
  );
}
