import { configure, flattenConfig, parseOverrides, type XkdConfig } from '../config';
import { UserError } from '../errors';
import { openCheckpoint, requireSameConfig, TrainState } from '../train';

export interface NetworkChoice {
  /** Run folder, checkpoint file, or `none`. */
  readonly checkpoint: string;
  /** Needed without a checkpoint; with one, its configuration must be this one. */
  readonly preset?: string;
  /** Words `key=value`. */
  readonly overrides: readonly string[];
}

/**
 * The network that a command line means: of a checkpoint, or a fresh one for `none`.
 *
 * @throws UserError for a missing or damaged checkpoint, one of another configuration than asked for, or `none`
 *   without a preset
 */
export function openNetwork({ checkpoint, preset, overrides }: NetworkChoice): {
  state: TrainState;
  source: string;
} {
  const changes = parseOverrides(overrides);
  if (checkpoint === 'none') {
    if (preset === undefined) {
      throw new UserError('An untrained network needs a configuration: add --preset, such as --preset nano.');
    }
    const config = configure(preset, changes);
    return { state: TrainState.create(config), source: `untrained ${preset}, seed ${config.seed}` };
  }
  const report = (sentence: string) => process.stderr.write(`xkd: ${sentence}\n`);
  const { state, path: source } = openCheckpoint(checkpoint, { report });
  try {
    const asked = preset === undefined ? changed(state.config, changes) : configure(preset, changes);
    requireSameConfig(source, state.config, asked);
    return { state: new TrainState(asked, state.tensors, state.updates, state.step), source };
  } catch (error) {
    state.dispose();
    throw error;
  }
}

function changed(config: XkdConfig, changes: ReturnType<typeof parseOverrides>): XkdConfig {
  return configure(config.preset, { ...Object.fromEntries(flattenConfig(config)), ...changes });
}
