import { UserError } from '../errors';
import { byCloseness } from './byCloseness';
import { presetBase, presets, type PresetName } from './presets';
import type { XkdConfig } from './schema';
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

/** A configuration that is still being put together. */
export interface ConfigTree {
  [key: string]: ConfigTree | Override;
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
export function flattenConfig(
  config: XkdConfig | NetworkStructure | ConfigTree,
): [key: string, value: Override][] {
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

/** A preset's configuration, before validation. */
export function presetTree(name: PresetName): ConfigTree {
  const base = structuredClone(presetBase) as unknown as ConfigTree;
  return { ...presets[name].reduce<ConfigTree>(merge, base), preset: name };
}

/** Sets a key, or the keys that a shorthand stands for. @throws UserError if there is no such key */
export function setKey(tree: ConfigTree, key: string, value: Override): void {
  const [node, name] = holderOf(tree, key) ?? [];
  if (node === undefined || name === undefined) throw unknownKey(key);
  if (!isTree(node[name])) node[name] = value;
  else if (Object.hasOwn(shorthands, key)) Object.assign(node[name], shorthands[key](value));
  else throw unknownKey(key);
}

/** Group that contains a dotted key, and the key's name there. A name may contain a dot, such as `video.kind` in `mask`. */
function holderOf(group: ConfigTree, key: string): [group: ConfigTree, name: string] | null {
  if (Object.hasOwn(group, key)) return [group, key];
  const [first] = key.split('.', 1);
  const next = Object.hasOwn(group, first) ? group[first] : undefined;
  return isTree(next) ? holderOf(next, key.slice(first.length + 1)) : null;
}

/** The error for a key that a configuration does not have; it names what may be meant. */
export function unknownKey(key: string): UserError {
  const within = overrideKeys().filter((name) => name.startsWith(`${key}.`));
  if (within.length > 0)
    return new UserError(`"${key}" is a group of configuration keys: name one of ${within.join(', ')}.`);
  const [close] = byCloseness(key, overrideKeys());
  return new UserError(`There is no configuration key "${key}"; did you mean "${close}"?`);
}

function merge(into: ConfigTree, from: object): ConfigTree {
  for (const [key, value] of Object.entries(from)) {
    if (isTree(value)) merge(into[key] as ConfigTree, value);
    else into[key] = value as Override;
  }
  return into;
}

function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseValue(text: string): Override {
  try {
    return JSON.parse(text) as Override;
  } catch {
    return text;
  }
}
