import { UserError } from '../errors';
import { type Overrides, changeConfig } from './configure';
import type { XkdConfig } from './schema';

/** Hyperparameters and switches of the method; weights, data and the length of a run go by the other keys. */
const liveKeys =
  /^((mask|temperature|ema|loss|optimiser)\.|(centreMomentum|refinement|teacherView|training\.precision)$)/;

/** Whether a key may change while a run is under way. */
export function isLiveKey(key: string): boolean {
  return liveKeys.test(key);
}

/**
 * The configuration with which a run continues when some keys change.
 *
 * @throws UserError naming an unknown key, one that may not change, or a value out of range
 */
export function changeRunning(config: XkdConfig, values: Overrides): XkdConfig {
  const changed = changeConfig(config, values);
  const fixed = Object.keys(values).find((key) => !isLiveKey(key));
  if (fixed !== undefined) {
    throw new UserError(
      `"${fixed}" cannot change while a run is under way, whose weights, data or length go by it; begin another run with the new value.`,
    );
  }
  return changed;
}
