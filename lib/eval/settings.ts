import { z } from 'zod';
import { parseOverrides, type Overrides } from '../config';
import { likelyMeant } from '../config/byCloseness';
import { overrideKeys } from '../config/configure';
import { UserError } from '../errors';
import { wrongValue } from '../wrongValue';

/** The settings of a protocol: each key has a default and a description. */
export type SettingsSchema = z.ZodObject<z.ZodRawShape>;

/** A list of numbers, on the command line also as `0.1,1` or as a single number. */
export function numberList(number: z.ZodNumber) {
  return z.preprocess(toList, z.array(number).min(1));
}

/** Words of a command line, sorted out. */
export interface SettingsChoice<S extends SettingsSchema> {
  /** The protocol's own, with all defaults. */
  readonly settings: z.infer<S>;
  /** All others: keys of the configuration. */
  readonly overrides: readonly string[];
}

/**
 * Divides words `key=value` into settings of a protocol and keys of the configuration.
 *
 * @throws UserError for a value that is not allowed, and for a word without a dot that is neither
 */
export function parseSettings<S extends SettingsSchema>(
  schema: S,
  words: readonly string[],
): SettingsChoice<S> {
  const isOwn = (word: string) => Object.hasOwn(schema.shape, word.split('=')[0]);
  const own = parseOverrides(words.filter(isOwn));
  const overrides = words.filter((word) => !isOwn(word));
  for (const [key] of Object.entries(parseOverrides(overrides))) {
    // Keys of the configuration have dots, but for a few.
    if (!key.includes('.') && !overrideKeys().includes(key)) throw unknownSetting(schema, key);
  }
  return { settings: checkSettings(schema, own), overrides };
}

/**
 * Settings with their defaults.
 *
 * @throws UserError naming the key that is not known or whose value is not allowed
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

/** A line for each setting: key, default and meaning. */
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
