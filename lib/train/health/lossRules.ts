import type { Modality } from '../../config';
import { towerKeys } from '../../model';
import type { ProbeFigures } from './figures';
import type { MeanFigure, Observation } from './observation';
import { type HealthRule, above, below, digits, directions, percent } from './rule';

/* Rules based on the losses, and on the students' predictions compared with the teachers'. */

/**
 * For this many steps, healthy runs with small batches may be worse than the mean, or than a uniform prediction: 45 for
 * nano at batch size 32, 70 for the network of `bench --kind health` at 24.
 */
const learningBegins = 100;

const modalityNames = { video: 'video', audio: 'sound' } as const;

/**
 * Teachers that follow quickly agree with the students on uninformative predictions: at momentum 0.5 on two outputs for all
 * clips, predicted to within 0.002 nats. Healthy runs stay above 0.5, those of the ablation above 2.
 */
export function nothingToLearn(): HealthRule {
  const worst = ({ means }: Observation) => Math.max(...directions.map(({ key }) => means[key] ?? 0));
  return {
    key: 'nothing to learn',
    patience: 3,
    notBefore: 0,
    grave: true,
    coveredBy: ['still', ...towerKeys.map((tower) => `${tower} answers`)],
    judge: ({ seen, facts }) => {
      const most = Math.log(facts.outputs);
      // The loss is 0 if distillation does not contribute to it.
      return worst(seen) === 0 ? null : below(worst(seen), 0.02 * most, 0.05 * most);
    },
    say: ({ seen, facts }) => ({
      what: "The students foresee the teachers' answers all but exactly, with nothing left to learn from them,",
      figures: `loss ${digits(worst(seen))} nats; ${facts.teachersFollow ? 'is ema.start too low?' : 'do the frozen teachers tell clips apart?'}`,
    }),
  };
}

export function rises(name: MeanFigure, title: string, ...coveredBy: readonly string[]): HealthRule {
  return {
    key: `${name} rises`,
    patience: 2,
    notBefore: 0,
    grave: true,
    coveredBy,
    judge: ({ seen, facts, lowest: { [name]: least } }) => {
      const value = seen.means[name];
      // Near 0, a multiple is still small.
      const margin = 0.05 * Math.log(facts.outputs);
      return !value || least === undefined
        ? null
        : above(value, 1.5 * least + margin, 1.25 * least + margin / 2);
    },
    say: ({ seen, lowest }) => ({
      what: `The ${title} has been far above what it was`,
      figures: `${digits(seen.means[name])}, before ${digits(lowest[name])}`,
    }),
  };
}

export function nothingReconstructed(modality: Modality): HealthRule {
  const name: MeanFigure = `${modality}Reconstruction`;
  return {
    key: name,
    patience: 2,
    notBefore: learningBegins,
    grave: true,
    coveredBy: ['still', `${modality}Student features`],
    judge: ({ seen, facts }) => {
      const byMean = 1 - 1 / facts.patchValues[modality];
      // 0 if it does not contribute to the loss.
      return seen.means[name] === 0 ? null : above(seen.means[name], 0.995 * byMean, 0.98 * byMean);
    },
    say: ({ seen, facts }) => ({
      what: `The removed patches of the ${modalityNames[modality]} are reconstructed no better than by their mean`,
      figures: `loss ${digits(seen.means[name])}, by the mean ${digits(1 - 1 / facts.patchValues[modality])}`,
    }),
  };
}

export function worseThanNothing({ key, teacher, student }: (typeof directions)[number]): HealthRule {
  return {
    key: `${key} loss`,
    patience: 2,
    notBefore: learningBegins,
    grave: true,
    coveredBy: ['still', `${key} rises`],
    judge: ({ seen, facts }) => {
      const nothing = Math.log(facts.outputs);
      // A healthy run starts above this value and may stay near it for a while.
      return seen.means[key] === 0 ? null : above(seen.means[key], 1.1 * nothing, nothing);
    },
    say: ({ seen, facts }) => ({
      what: `The ${student} follows the ${teacher} worse than if it gave all outputs the same probability`,
      figures: `loss ${digits(seen.means[key])} nats, ${digits(Math.log(facts.outputs))} then`,
    }),
  };
}

/**
 * Requires both directions, and is no reason to stop: over 1000 steps on the sample data, some networks of an ablation
 * learnt to match pairs in one direction only, the other staying at chance, and some in neither
 * (`data/results/ablation-pairs.json`).
 */
export function pairsUnknown(): HealthRule {
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
    say: ({ seen: { figures }, facts }) => ({
      what: "What the students answer fits the teachers' answers to the same clips no better than to others",
      figures: `pair score ${digits(best(figures))}, by chance .5; do sound and picture belong together, and do the ${facts.teachersFollow ? 'teachers follow slowly enough' : 'frozen teachers tell clips apart'}?`,
    }),
  };
}

/** The higher pair score; undefined if only one direction is distilled. */
function best({ videoToAudioPairs, audioToVideoPairs }: ProbeFigures): number | undefined {
  if (videoToAudioPairs === undefined || audioToVideoPairs === undefined) return undefined;
  return Math.max(videoToAudioPairs, audioToVideoPairs);
}

export function allClipped(): HealthRule {
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
