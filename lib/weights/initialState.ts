import { type XkdConfig, teacherKinds } from '../config';
import type { TrainState } from '../train';
import { type Backbone, BackboneNetwork, readBackbone } from './backbone';
import { frozenFromBackbones, frozenFromRelease } from './frozenTeachers';
import { type WeightsArgs, withPositions } from './positions';
import { releaseState } from './releaseState';
import { type WeightSet, openWeights } from './weightSet';

/**
 * A state at step 0 to train on from given weights: a checkpoint or a whole state dict, or one to four backbones
 * ({@link BackboneNetwork.toState}). Optimiser and schedules start afresh. Where `teacher` is frozen the weights are
 * those of the teachers alone, and students start from the seed; heads that are missing are told to `args.report`.
 *
 * @throws UserError if a file is damaged or does not fit the configuration
 */
export async function initialState(
  paths: readonly string[],
  config: XkdConfig,
  args: WeightsArgs = {},
): Promise<TrainState> {
  const sets: WeightSet[] = [];
  const backbones: Backbone[] = [];
  const isFrozen = !teacherKinds[config.teacher].follows;
  const { report = console.warn } = args;
  try {
    for (const path of paths) sets.push(await openWeights(path, args));
    if (sets.length === 1 && sets[0].kind === 'release') {
      const set = withPositions(sets[0], config, args);
      return isFrozen ? frozenFromRelease(set, config, report) : releaseState(set, config);
    }
    for (const set of sets) backbones.push(readBackbone(set, { config, ...args }));
    return isFrozen
      ? frozenFromBackbones(config, backbones, report)
      : new BackboneNetwork(config, backbones).toState();
  } finally {
    for (const { weights } of backbones) weights.forEach((tensor) => tensor.dispose());
    sets.forEach((set) => set.close());
  }
}
