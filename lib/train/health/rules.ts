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

/** All rules. Those that explain others come first. */
export const healthRules: readonly HealthRule[] = [
  nothingChanges(),
  ...towerKeys.map(featuresAlike),
  // Teachers first, because students learn to predict like them.
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
