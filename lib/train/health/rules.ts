import type { Modality } from '../../config';
import { type TowerKey, towerKeys } from '../../model';
import type { MeanFigure, Observation } from './observation';
import type { ProbeFigures } from './figures';

/** What a run's figures are held against. */
export interface HealthFacts {
  /** Steps of the run. */
  readonly steps: number;
  /** Steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Of the heads: their log is the loss of an answer that says nothing. */
  readonly outputs: number;
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

const towerNames: Readonly<Record<TowerKey, string>> = {
  videoStudent: 'video student',
  audioStudent: 'audio student',
  videoTeacher: 'video teacher',
  audioTeacher: 'audio teacher',
};

const directions = [
  { key: 'videoToAudio', teacher: 'video teacher', student: 'audio student' },
  { key: 'audioToVideo', teacher: 'audio teacher', student: 'video student' },
] as const;

const modalityNames = { video: 'video', audio: 'sound' } as const;

/**
 * So many steps healthy runs of small batches may be worse than the mean, or than an answer that says nothing: 45 of
 * nano at a batch of 32, 70 of the network of `bench --kind health` at 24.
 */
const learningBegins = 100;

/** All rules; those that explain others stand first. */
export const healthRules: readonly HealthRule[] = [
  nothingChanges(),
  ...towerKeys.map(featuresAlike),
  // Teachers first: students learn to answer as they do.
  ...[...towerKeys].reverse().map(answersAlike),
  teachersStandStill(),
  ...directions.map(({ key, teacher, student }) =>
    rises(key, `loss of the ${student} against the ${teacher}`),
  ),
  rises('total', 'loss', ...directions.map(({ key }) => `${key} rises`)),
  ...(['video', 'audio'] as const).map(nothingReconstructed),
  ...directions.map(worseThanNothing),
  pairsUnknown(),
  allClipped(),
];

/** Below `low` wrong, above `high` right. */
function below(value: number | undefined, low: number, high: number): Verdict | null {
  if (value === undefined) return null;
  return value < low ? 'wrong' : value > high ? 'right' : 'between';
}

function above(value: number | undefined, high: number, low: number): Verdict | null {
  if (value === undefined) return null;
  return value > high ? 'wrong' : value < low ? 'right' : 'between';
}

/** A low figure is no fall where it never was high; in the second half it should be by then. */
function hasFallen({ facts, seen }: Evidence, peak: number | undefined, height: number): boolean {
  return (peak ?? 0) >= height || seen.step >= facts.steps / 2;
}

function featuresAlike(tower: TowerKey): HealthRule {
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

function answersAlike(tower: TowerKey): HealthRule {
  // A student's answers, to masked clips and by a higher temperature, are far less sharp.
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

/** Students whose features are those of the start. */
function nothingChanges(): HealthRule {
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

function teachersStandStill(): HealthRule {
  return {
    key: 'teachers still',
    patience: 3,
    notBefore: 0,
    grave: false,
    coveredBy: ['still'],
    judge: ({ seen, first }) => {
      if (seen.figures.videoTeacherProbeRank === undefined) return null;
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
      return now !== undefined && then !== undefined && Math.abs(now - then) <= tolerance * then;
    }),
  );
}

function rises(name: MeanFigure, title: string, ...coveredBy: readonly string[]): HealthRule {
  return {
    key: `${name} rises`,
    patience: 2,
    notBefore: 0,
    grave: true,
    coveredBy,
    judge: ({ seen, lowest: { [name]: least } }) => {
      const value = seen.means[name];
      return !value || least === undefined ? null : above(value, 1.5 * least, 1.25 * least);
    },
    say: ({ seen, lowest }) => ({
      what: `The ${title} has been far above what it was`,
      figures: `${digits(seen.means[name])}, before ${digits(lowest[name])}`,
    }),
  };
}

function nothingReconstructed(modality: Modality): HealthRule {
  const name: MeanFigure = `${modality}Reconstruction`;
  return {
    key: name,
    patience: 2,
    notBefore: learningBegins,
    grave: true,
    coveredBy: ['still', `${modality}Student features`],
    judge: ({ seen, facts }) => {
      const byMean = 1 - 1 / facts.patchValues[modality];
      // Where it has no part in the loss it is 0.
      return seen.means[name] === 0 ? null : above(seen.means[name], 0.995 * byMean, 0.98 * byMean);
    },
    say: ({ seen, facts }) => ({
      what: `The removed patches of the ${modalityNames[modality]} are reconstructed no better than by their mean`,
      figures: `loss ${digits(seen.means[name])}, by the mean ${digits(1 - 1 / facts.patchValues[modality])}`,
    }),
  };
}

function worseThanNothing({ key, teacher, student }: (typeof directions)[number]): HealthRule {
  return {
    key: `${key} loss`,
    patience: 2,
    notBefore: learningBegins,
    grave: true,
    coveredBy: ['still', `${key} rises`],
    judge: ({ seen, facts }) => {
      const nothing = Math.log(facts.outputs);
      // A healthy run comes down from above, and may stay near for a while.
      return seen.means[key] === 0 ? null : above(seen.means[key], 1.1 * nothing, nothing);
    },
    say: ({ seen, facts }) => ({
      what: `The ${student} follows the ${teacher} worse than if it gave all outputs the same probability`,
      figures: `loss ${digits(seen.means[key])} nats, ${digits(Math.log(facts.outputs))} then`,
    }),
  };
}

/**
 * Of both directions, and no reason to stop: networks of an ablation's 1000 steps on the sample data came to know pairs
 * in one direction alone, the other one staying at chance, and some in none (`data/results/ablation-pairs.json`).
 */
function pairsUnknown(): HealthRule {
  return {
    key: 'pairs',
    patience: 4,
    notBefore: 200,
    grave: false,
    coveredBy: [
      'still',
      ...directions.flatMap(({ key }) => [`${key} loss`, `${key} rises`]),
      ...towerKeys.flatMap((tower) => [`${tower} features`, `${tower} answers`]),
    ],
    judge: ({ seen, facts }) => (seen.step < facts.steps / 2 ? null : below(best(seen.figures), 0.52, 0.55)),
    say: ({ seen: { figures } }) => ({
      what: "What the students answer fits the teachers' answers to the same clips no better than to others",
      figures: `pair score ${digits(best(figures))}, by chance .5; do sound and picture belong together, and do the teachers follow slowly enough?`,
    }),
  };
}

/** The better one of the pair scores; undefined where only one direction is distilled. */
function best({ videoToAudioPairs, audioToVideoPairs }: ProbeFigures): number | undefined {
  if (videoToAudioPairs === undefined || audioToVideoPairs === undefined) return undefined;
  return Math.max(videoToAudioPairs, audioToVideoPairs);
}

function allClipped(): HealthRule {
  return {
    key: 'clipping',
    patience: 3,
    notBefore: 0,
    grave: false,
    coveredBy: [],
    judge: ({ seen }) => above(seen.means.clippedShare, 0.9, 0.7),
    say: ({ seen }) => ({
      what: 'Nearly all gradients are clipped',
      figures: `${percent(seen.means.clippedShare)} of the tensors; optimiser.clip is low for this run, or it diverges`,
    }),
  };
}

function digits(value: number | undefined): string {
  return String(Number((value ?? NaN).toPrecision(3)));
}

function percent(share: number | undefined): string {
  return `${digits(100 * (share ?? NaN))} %`;
}
