import { UserError } from '../errors';
import { byCloseness } from './byCloseness';
import { shownAs } from '../shown';
import { wrongValue } from '../wrongValue';
import { configTable } from './configTable';
import { checkConsistency } from './consistency';
import { presetAliases, presetBase, presets, type PresetName } from './presets';
import { configSchema, type XkdConfig } from './schema';
import { shorthands } from './shorthands';
import type { NetworkStructure } from './structure';

/** Value of a configuration key as a notebook gives it. Text from a command line is parsed as JSON first. */
export type Override = string | number | boolean | null | readonly number[];
/** New values of dotted keys, or of the shorthands `encoder`, `decoder` and `views.local`. */
export type Overrides = Readonly<Record<string, Override>>;
/** Overrides written out in a cell. The type lets editors complete the keys. */
export type NamedOverrides = Overrides & { readonly [K in OverrideKey]?: Override };

/** A dotted key of a configuration, or a shorthand. */
export type OverrideKey = DottedKey<XkdConfig> | 'encoder' | 'decoder' | 'views.local';
type DottedKey<T> = {
  [K in keyof T & string]: T[K] extends Leaf ? K : `${K}.${DottedKey<T[K]>}`;
}[keyof T & string];
type Leaf = Override | readonly unknown[];

interface Tree {
  [key: string]: Tree | Override;
}

/**
 * The configuration of a preset with some keys changed.
 *
 * @param preset a key of {@link presets}, or the release's name of one
 * @param overrides dotted keys and their values, such as `{ 'mask.video': 0.9, encoder: 'small' }`
 * @throws UserError naming the unknown preset or key, or the value out of range
 */
export function configure(
  preset: PresetName | (string & NonNullable<unknown>),
  overrides: NamedOverrides = {},
): XkdConfig {
  const name = presetAliases[preset] ?? preset;
  if (!Object.hasOwn(presets, name)) {
    throw new UserError(`There is no preset "${preset}"; choose one of ${Object.keys(presets).join(', ')}.`);
  }
  const tree = presets[name as PresetName].reduce<Tree>(
    merge,
    structuredClone(presetBase) as unknown as Tree,
  );
  tree.preset = name;
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
  const tree = structuredClone(config) as unknown as Tree;
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

/** Parses `key=value` words of a command line. A value is read as JSON if possible, else as text. */
export function parseOverrides(words: readonly string[]): Overrides {
  const values = new Map<string, Override>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new UserError(`"${word}" is not an override; write key=value, such as mask.video=0.9.`);
    const key = word.slice(0, at);
    // A word is applied after all words before it, even if one of them has the same key.
    values.delete(key);
    values.set(key, parseValue(word.slice(at + 1)));
  }
  return Object.fromEntries(values);
}

/** Every dotted key with its value, in the order of the schema. Also accepts a part of a configuration. */
export function flattenConfig(config: XkdConfig | NetworkStructure): [key: string, value: Override][] {
  const walk = (node: object, prefix: string): [string, Override][] =>
    Object.entries(node).flatMap(([key, value]) =>
      isTree(value) ? walk(value, `${prefix}${key}.`) : [[prefix + key, value as Override]],
    );
  return walk(config, '');
}

/** Names that overrides may use: every dotted key, and the shorthands. */
export function overrideKeys(): string[] {
  return [...flattenConfig(presetBase).map(([name]) => name), ...Object.keys(shorthands)];
}

function parseValue(text: string): Override {
  try {
    return JSON.parse(text) as Override;
  } catch {
    return text;
  }
}

function setKey(tree: Tree, key: string, value: Override): void {
  const [node, name] = holderOf(tree, key) ?? [];
  if (node === undefined || name === undefined) throw unknownKey(key);
  if (!isTree(node[name])) node[name] = value;
  else if (Object.hasOwn(shorthands, key)) Object.assign(node[name], shorthands[key](value));
  else throw unknownKey(key);
}

/** Group that contains a dotted key, and the key's name there. A name may contain a dot, such as `video.kind` in `mask`. */
function holderOf(group: Tree, key: string): [group: Tree, name: string] | null {
  if (Object.hasOwn(group, key)) return [group, key];
  const [first] = key.split('.', 1);
  const next = Object.hasOwn(group, first) ? group[first] : undefined;
  return isTree(next) ? holderOf(next, key.slice(first.length + 1)) : null;
}

function unknownKey(key: string): UserError {
  const within = overrideKeys().filter((name) => name.startsWith(`${key}.`));
  if (within.length > 0)
    return new UserError(`"${key}" is a group of configuration keys: name one of ${within.join(', ')}.`);
  const [close] = byCloseness(key, overrideKeys());
  return new UserError(`There is no configuration key "${key}"; did you mean "${close}"?`);
}

function merge(into: Tree, from: object): Tree {
  for (const [key, value] of Object.entries(from)) {
    if (isTree(value)) merge(into[key] as Tree, value);
    else into[key] = value as Override;
  }
  return into;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
