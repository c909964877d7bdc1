import { UserError } from '../errors';
import { changeConfig } from './configure';
import type { Overrides } from './overrides';
import { lossKeys } from './lossTable';
import type { XkdConfig } from './schema';
import { teacherKinds } from './teacherKinds';

/** Hyperparameters and switches of the method. Weights, data and the length of a run depend on the other keys. */
const liveKeys =
  /^((mask|temperature|ema|optimiser)\.|(centreMomentum|refinement|teacherView|training\.precision)$)/;

/** True if a key may change during a run. */
export function isLiveKey(key: string): boolean {
  return liveKeys.test(key) || Object.hasOwn(lossKeys, key.split('.')[0]);
}

/** Reason why a key that may change has no effect in a configuration, as a clause; null if it has an effect. */
export function whyIdle({ teacher }: XkdConfig, key: string): string | null {
  return key.startsWith('ema.') && !teacherKinds[teacher].follows
    ? `teachers have no momentum with teacher=${teacher}`
    : null;
}

/**
 * Configuration with which a run continues after some keys change.
 *
 * @throws UserError naming an unknown key, one that may not change or has no effect, or a value out of range
 */
export function changeRunning(config: XkdConfig, values: Overrides): XkdConfig {
  const changed = changeConfig(config, values);
  const fixed = Object.keys(values).find((key) => !isLiveKey(key));
  if (fixed !== undefined) {
    throw new UserError(
      `"${fixed}" cannot change while a run is under way, whose weights, data or length go by it; begin another run with the new value.`,
    );
  }
  const idle = Object.keys(values).find((key) => whyIdle(config, key) !== null);
  if (idle !== undefined) {
    throw new UserError(`"${idle}" would change nothing: ${whyIdle(config, idle)!}; leave it as it is.`);
  }
  return changed;
}
