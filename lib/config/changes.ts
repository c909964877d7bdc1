import { configure, flattenConfig, type Override } from './configure';
import { presets } from './presets';
import type { XkdConfig } from './schema';

/** Keys that touch neither the state of a run nor its draws. */
const freeKeys = /^(preset|loader\.|training\.(checkpointSteps|keepCheckpoints)$)/;

/** Whether a key may change without a change of what is learnt: threads, memory, how often a state is kept. */
export function isFreeKey(key: string): boolean {
  return freeKeys.test(key);
}

/**
 * What tells a configuration from the preset that it started from, such as `{ 'loss.alignment': 0 }` in an ablation:
 * dotted keys with their values, but for the seed and for keys that change nothing of what is learnt.
 */
export function configChanges(config: XkdConfig): Readonly<Record<string, Override>> {
  if (!Object.hasOwn(presets, config.preset)) return {};
  const before = new Map(flattenConfig(configure(config.preset)));
  return Object.fromEntries(
    flattenConfig(config).filter(
      ([key, value]) =>
        key !== 'seed' && !isFreeKey(key) && JSON.stringify(before.get(key)) !== JSON.stringify(value),
    ),
  );
}
