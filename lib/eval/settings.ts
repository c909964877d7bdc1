import { z } from 'zod';
import { parseOverrides, type Overrides } from '../config';
import { likelyMeant } from '../config/byCloseness';
import { overrideKeys } from '../config/overrides';
import { UserError } from '../errors';
import { wrongValue } from '../wrongValue';

/** The settings of a protocol: each key has a default and a description. */
export type SettingsSchema = z.ZodObject<z.ZodRawShape>;

/** A list of numbers. On the command line it can also be `0.1,1` or a single number. */
export function numberList(number: z.ZodNumber) {
  return z.preprocess(toList, z.array(number).min(1));
}

/** Parsed command line arguments. */
export interface SettingsChoice<S extends SettingsSchema> {
  /** The protocol's own settings, including defaults. */
  readonly settings: z.infer<S>;
  /** The other arguments: keys of the configuration. */
  readonly overrides: readonly string[];
}

/**
 * Splits `key=value` arguments into settings of a protocol and keys of the configuration.
 *
 * @throws UserError for a value that is not allowed, and for a key without a dot that is neither
 */
export function parseSettings<S extends SettingsSchema>(
  schema: S,
  words: readonly string[],
): SettingsChoice<S> {
  const isOwn = (word: string) => Object.hasOwn(schema.shape, word.split('=')[0]);
  const own = parseOverrides(words.filter(isOwn));
  const overrides = words.filter((word) => !isOwn(word));
  for (const [key] of Object.entries(parseOverrides(overrides))) {
    // Configuration keys contain dots, with a few exceptions.
    if (!key.includes('.') && !overrideKeys().includes(key)) throw unknownSetting(schema, key);
  }
  return { settings: checkSettings(schema, own), overrides };
}

/**
 * Settings, with defaults filled in.
 *
 * @throws UserError that names the unknown key, or the key whose value is not allowed
 */
export function checkSettings<S extends SettingsSchema>(schema: S, given: Overrides | object): z.infer<S> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue.code === 'unrecognized_keys') {
    throw unknownSetting(schema, issue.keys[0]);
  }
  throw new UserError(`${wrongValue(result.error, given).sentence}.`);
}

/** One line per setting: key, default and meaning. */
export function describeSettings(schema: SettingsSchema): string[] {
  const defaults = schema.parse({}) as Record<string, unknown>;
  return Object.entries(schema.shape).map(([key, type]) => {
    const pair = `${key}=${JSON.stringify(defaults[key])}`;
    return `${pair.padEnd(28)} ${(type as z.ZodType).description ?? ''}`;
  });
}

function unknownSetting(schema: SettingsSchema, key: string): UserError {
  const names = Object.keys(schema.shape);
  const meant = likelyMeant(key, names).map((name) => `"${name}"`);
  const wayOut =
    meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `choose from ${names.join(', ')}.`;
  return new UserError(`There is no setting "${key}" here; ${wayOut}`);
}

function toList(value: unknown): unknown {
  if (typeof value === 'number') return [value];
  return typeof value === 'string' ? value.split(',').map(Number) : value;
}
