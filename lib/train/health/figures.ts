import type { LossConfig, Modality } from '../../config';
import { usedParts } from '../../config/parts';
import { type TowerAnswers, type TowerKey, towerKeys } from '../../model';
import type { tf } from '../../tensor/native';
import { measureAnswers, pairScore, rankMe, type Rows, softmaxRows, spreadOf } from './measures';

/** Measurements of each tower. */
export const towerMeasures = ['Rank', 'Spread', 'Entropy', 'Information'] as const;

/** Directions of distillation, from teacher to student. */
export const pairKeys = ['videoToAudioPairs', 'audioToVideoPairs'] as const;

/** Entropies of the training batch, in nats, use the names without `Probe`. */
type TowerFigure = `${TowerKey}Probe${(typeof towerMeasures)[number]}`;

/** Names of all figures of a probe, in column order. */
export const probeFigures: readonly ProbeFigure[] = [
  ...towerKeys.flatMap((tower) => towerMeasures.map((measure): TowerFigure => `${tower}Probe${measure}`)),
  ...pairKeys,
];
export type ProbeFigure = TowerFigure | (typeof pairKeys)[number];

/**
 * Result of a probe: for each tower the effective rank and the spread of its features, and the entropy and information of
 * its head's predictions as shares of their bounds; for each direction the pair score. Parts that do not contribute to the
 * loss, and thus are not trained, have no figures.
 */
export type ProbeFigures = Readonly<Partial<Record<ProbeFigure, number>>>;

/** Computes the figures from the towers' outputs for the probe clips. */
export function figuresOf(config: LossConfig, { features, logits }: TowerAnswers): ProbeFigures {
  const { heads, teachers, terms } = usedParts(config);
  const figures: Partial<Record<ProbeFigure, number>> = {};
  const answers = new Map<TowerKey, Rows>();
  for (const tower of towerKeys) {
    const isTeacher = tower.endsWith('Teacher');
    if (isTeacher && !teachers) continue;
    const rows = rowsOf(features[tower]);
    figures[`${tower}ProbeRank`] = rankMe(rows);
    figures[`${tower}ProbeSpread`] = spreadOf(rows);
    if (!isTeacher && !heads) continue;
    const given = softmaxRows(rowsOf(logits[tower]));
    answers.set(tower, given);
    const { entropy, information } = measureAnswers(given);
    figures[`${tower}ProbeEntropy`] = entropy;
    figures[`${tower}ProbeInformation`] = information;
  }
  for (const direction of ['videoToAudio', 'audioToVideo'] as const) {
    if (!terms.includes(direction)) continue;
    const [from, to]: Modality[] = direction === 'videoToAudio' ? ['video', 'audio'] : ['audio', 'video'];
    const [teacher, student] = [answers.get(`${from}Teacher`), answers.get(`${to}Student`)];
    if (teacher && student) figures[`${direction}Pairs`] = pairScore(teacher, student);
  }
  return figures;
}

function rowsOf(matrix: tf.Tensor2D): Rows {
  const [rows, columns] = matrix.shape;
  return { values: matrix.dataSync(), rows, columns };
}
