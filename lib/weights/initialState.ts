import type { XkdConfig } from '../config';
import type { TrainState } from '../train';
import { type Backbone, BackboneNetwork, readBackbone } from './backbone';
import { type WeightsArgs, withPositions } from './positions';
import { releaseState } from './releaseState';
import { type WeightSet, openWeights } from './weightSet';

/**
 * A state at step 0 to train on from given weights: a checkpoint or a whole state dict, or one to four backbones
 * ({@link BackboneNetwork.toState}). Optimiser and schedules start afresh.
 *
 * @throws UserError where a file is damaged or does not fit the configuration
 */
export async function initialState(
  paths: readonly string[],
  config: XkdConfig,
  args: WeightsArgs = {},
): Promise<TrainState> {
  const sets: WeightSet[] = [];
  const backbones: Backbone[] = [];
  try {
    for (const path of paths) sets.push(await openWeights(path, args));
    if (sets.length === 1 && sets[0].kind === 'release') {
      return releaseState(withPositions(sets[0], config, args), config);
    }
    for (const set of sets) backbones.push(readBackbone(set, { config, ...args }));
    return new BackboneNetwork(config, backbones).toState();
  } finally {
    for (const { weights } of backbones) weights.forEach((tensor) => tensor.dispose());
    sets.forEach((set) => set.close());
  }
}
