import { flattenConfig, presetTree, type Override } from './overrides';
import { presets, type PresetName } from './presets';
import type { XkdConfig } from './schema';

/** Keys that affect neither the state of a run nor its random draws. */
const freeKeys = /^(preset|loader\.|training\.(checkpointSteps|keepCheckpoints)$)/;

/** True if changing a key does not affect what is learnt: threads, memory, how often a checkpoint is written. */
export function isFreeKey(key: string): boolean {
  return freeKeys.test(key);
}

/**
 * Differences of a configuration from the preset that it started from, such as `{ 'loss.alignment': 0 }` in an ablation.
 * Returns dotted keys with their values, without the seed and the keys that do not affect what is learnt.
 */
export function configChanges(config: XkdConfig): Readonly<Record<string, Override>> {
  if (!Object.hasOwn(presets, config.preset)) return {};
  const before = new Map(flattenConfig(presetTree(config.preset as PresetName)));
  return Object.fromEntries(
    flattenConfig(config).filter(
      ([key, value]) =>
        key !== 'seed' && !isFreeKey(key) && JSON.stringify(before.get(key)) !== JSON.stringify(value),
    ),
  );
}
