import { Argument, Option, type Command } from 'commander';
import { configField, overrideKeys, presets, withoutHubWords, type Override } from '../config';
import { UserError } from '../errors';
import { readYaml } from '../files/readYaml';
import { suggest, type Candidate } from './suggestions';

/** Contents of a configuration file. */
export interface ConfigFile {
  /** The preset that the file names. */
  readonly preset?: string;
  /** Everything else, as `key=value` words. */
  readonly words: readonly string[];
}

export function presetOption(description: string): Option {
  return suggest(new Option('--preset <name>', description), () => Object.keys(presets));
}

export function presetArgument(flags: string): Argument {
  const names = Object.keys(presets);
  return suggest(new Argument(flags, names.join(', ')), () => names);
}

export function configOption(): Option {
  return new Option(
    '--config <file>',
    'YAML or JSON with the same keys, such as config.json of a run; key=value on the command line wins',
  );
}

/** The argument for `key=value` words. @param others further keys, such as the settings of a protocol */
export function overridesArgument(
  description: string,
  others: () => readonly Candidate[] = () => [],
): Argument {
  return suggest(new Argument('[overrides...]', description), () => [...others(), ...keyCandidates()]);
}

/** Adds the options for a configuration, and the argument for its overrides. */
export function configOptions(command: Command, overrides: string): Command {
  return command.addOption(configOption()).addArgument(overridesArgument(overrides));
}

/**
 * Reads a configuration file whose groups are nested or written with dotted keys. Keys and values are checked together
 * with those of the command line.
 *
 * @throws UserError if the file can't be read, or does not consist of keys and values
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  if (path === undefined) return { words: [] };
  const { preset, ...values } = withoutHubWords(Object.fromEntries(flatten(path, readYaml(path)))) as Record<
    string,
    Override
  >;
  if (preset !== undefined && typeof preset !== 'string') {
    throw new UserError(
      `The preset in "${path}" is not the name of one: choose from ${Object.keys(presets).join(', ')}.`,
    );
  }
  const words = Object.entries(values).map(([key, value]) => `${key}=${asWord(value)}`);
  return { preset, words };
}

/** JSON has no infinity and no NaN; they are refused under their names. */
function asWord(value: Override): string {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : JSON.stringify(value);
}

function flatten(
  path: string,
  node: unknown,
  prefix = '',
  above: readonly unknown[] = [],
): [string, Override][] {
  if (!isGroup(node)) {
    throw new UserError(
      `"${path}" is not a list of keys with values, such as "mask.video: 0.9" in a line of YAML.`,
    );
  }
  if (above.includes(node))
    throw new UserError(`"${path}" holds ${prefix.slice(0, -1)} within itself: write its values out.`);
  return Object.entries(node).flatMap(([key, value]) =>
    isGroup(value)
      ? flatten(path, value, `${prefix}${key}.`, [...above, node])
      : [[prefix + key, value as Override]],
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each key followed by `=`; if it has few values, also with each value. */
function keyCandidates(): Candidate[] {
  return overrideKeys()
    .filter((key) => key !== 'preset')
    .flatMap((key) => {
      const { help, values } = configField(key);
      const choices =
        values.kind === 'choice' ? values.choices : values.kind === 'switch' ? ['true', 'false'] : [];
      return [{ text: `${key}=`, help }, ...choices.map((choice) => ({ text: `${key}=${choice}`, help }))];
    });
}
