import { towerKeys } from '../../model';
import {
  allClipped,
  nothingReconstructed,
  nothingToLearn,
  pairsUnknown,
  rises,
  worseThanNothing,
} from './lossRules';
import { type HealthRule, directions } from './rule';
import { answersAlike, featuresAlike, nothingChanges, teachersStandStill } from './towerRules';

/** All rules; those that explain others stand first. */
export const healthRules: readonly HealthRule[] = [
  nothingChanges(),
  ...towerKeys.map(featuresAlike),
  // Teachers first: students learn to answer as they do.
  ...[...towerKeys].reverse().map(answersAlike),
  teachersStandStill(),
  nothingToLearn(),
  ...directions.map(({ key, teacher, student }) =>
    rises(key, `loss of the ${student} against the ${teacher}`),
  ),
  rises('total', 'loss', ...directions.map(({ key }) => `${key} rises`)),
  ...(['video', 'audio'] as const).map(nothingReconstructed),
  ...directions.map(worseThanNothing),
  pairsUnknown(),
  allClipped(),
];
