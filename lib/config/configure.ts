import { UserError } from '../errors';
import { shownAs } from '../shown';
import { wrongValue } from '../wrongValue';
import { configTable } from './configTable';
import { checkConsistency } from './consistency';
import {
  presetTree,
  setKey,
  unknownKey,
  type ConfigTree,
  type NamedOverrides,
  type Override,
} from './overrides';
import { presetAliases, presets, type PresetName } from './presets';
import { configSchema, type XkdConfig } from './schema';

/**
 * The configuration of a preset with some keys changed.
 *
 * @param preset a key of {@link presets}, or the release's name of one
 * @param overrides dotted keys and their values, such as `{ 'mask.video': 0.9, encoder: 'small' }`
 * @throws UserError naming the unknown preset or key, or the value out of range
 *
 * @example
 * ```ts
 * import { configure } from 'xkd';
 *
 * const config = configure('nano', { 'mask.video': 0.9, 'training.batch': 4 });
 * console.log(config.mask.video, config.training.batch, config.encoder.width); // 0.9 4 64
 * ```
 */
export function configure(
  preset: PresetName | (string & NonNullable<unknown>),
  overrides: NamedOverrides = {},
): XkdConfig {
  const name = presetAliases[preset] ?? preset;
  if (!Object.hasOwn(presets, name)) {
    throw new UserError(`There is no preset "${preset}"; choose one of ${Object.keys(presets).join(', ')}.`);
  }
  const tree = presetTree(name as PresetName);
  for (const [key, value] of Object.entries<Override>(overrides)) setKey(tree, key, value);
  if (tree.preset !== name) {
    throw new UserError(
      `preset=${String(tree.preset)} would only rename preset ${name}; name the preset itself where ${name} was named.`,
    );
  }
  return validateConfig(tree);
}

/** Returns a configuration with some keys changed. @throws UserError as {@link configure} */
export function changeConfig(config: XkdConfig, values: NamedOverrides): XkdConfig {
  const tree = structuredClone(config) as unknown as ConfigTree;
  for (const [key, value] of Object.entries<Override>(values)) setKey(tree, key, value);
  return validateConfig(tree);
}

/** Validates a configuration read from a file. */
export function validateConfig(value: unknown): XkdConfig {
  const result = configSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    if (issue.code === 'unrecognized_keys') throw unknownKey([...issue.path, issue.keys[0]].join('.'));
    throw new UserError(`${wrongValue(result.error, value, 'A configuration').sentence}.`);
  }
  checkConsistency(result.data);
  return shownAs(result.data, (config) => configTable(config));
}
