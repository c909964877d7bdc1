import type { z } from 'zod';

/** A problem that a schema finds in a value. */
type Issue = z.core.$ZodIssue;

export interface WrongValue {
  /** Dotted path of the value, such as `training.steps`; empty for the whole value. */
  readonly key: string;
  /** The problem, as a sentence without its full stop. */
  readonly sentence: string;
}

/**
 * The first problem that a schema finds, in plain words: `training.steps must be a whole number; 1.5 is not one`.
 *
 * @param value the value given to the schema
 * @param whole name of the value as a whole
 */
export function wrongValue({ issues: [issue] }: z.ZodError, value: unknown, whole = 'it'): WrongValue {
  const { path } = issue;
  const key = path.map(String).join('.');
  const name = key === '' ? whole : key;
  const above = valueAt(value, path.slice(0, -1));
  // A list given as a string, such as `0.1,x`.
  if (typeof above === 'string' && typeof path[path.length - 1] === 'number') {
    const [must] = (issue.code === 'invalid_type' && kinds[issue.expected]) || ['be another'];
    const list = path.slice(0, -1).map(String).join('.');
    const entry = `entry ${Number(path[path.length - 1]) + 1}`;
    return { key: list, sentence: `${list} is ${shortText(above)}: ${entry} must ${must}` };
  }
  return { key, sentence: sentenceOf(issue, name, valueAt(value, path)) };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, part) => (node as Record<PropertyKey, unknown> | undefined | null)?.[part],
    value,
  );
}

function sentenceOf(issue: Issue, name: string, given: unknown): string {
  if (given === undefined && issue.code !== 'unrecognized_keys') return `${name} is missing`;
  const shown = shortText(given);
  switch (issue.code) {
    case 'invalid_type': {
      const [must, isNot] = kinds[issue.expected] ?? [`be of type ${issue.expected}`, 'is of another'];
      return `${name} must ${must}; ${shown} ${isNot}`;
    }
    case 'invalid_value': {
      const choices = issue.values.map((choice) => JSON.stringify(choice));
      return `${name} must be ${choices.length > 1 ? 'one of ' : ''}${choices.join(', ')}, not ${shown}`;
    }
    case 'too_small':
      return `${name} must ${amount(issue, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum))}; ${lacks(issue, given)}`;
    case 'too_big':
      return `${name} must ${amount(issue, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum))}; ${lacks(issue, given)}`;
    case 'not_multiple_of':
      return `${name} must be a multiple of ${issue.divisor}; ${shown} is not`;
    case 'unrecognized_keys':
      return `${name} has no key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'invalid_format':
      return `${name} does not have the form that it should; it is ${shown}`;
    case 'invalid_union':
      return `${name} is none of the forms that are known; it is ${shown}`;
    case 'invalid_key':
    case 'invalid_element':
      return `${name} holds something that is not allowed`;
    default:
      // Messages of this project's own checks are worded to end a sentence.
      return `${name} is ${shown}: ${issue.message}`;
  }
}

/** Name of each type, and wording for a value that is not of it. */
const kinds: Readonly<Record<string, readonly [must: string, isNot: string]>> = {
  int: ['be a whole number', 'is not one'],
  number: ['be a number', 'is not one'],
  nan: ['be a number', 'is not one'],
  boolean: ['be true or false', 'is neither'],
  string: ['be a text', 'is not one'],
  array: ['be a list', 'is not one'],
  tuple: ['be a list', 'is not one'],
  object: ['be a group of keys with values', 'is not one'],
  record: ['be a group of keys with values', 'is not one'],
  null: ['be null', 'is not'],
};

/** Numbers are compared; lists and strings are counted. */
function amount({ origin }: { readonly origin: string }, bound: string, limit: number): string {
  if (Math.abs(limit) >= Number.MAX_SAFE_INTEGER) return 'be small enough to be counted exactly';
  const counted = countedAs[origin];
  return counted === undefined ? `be ${bound} ${limit}` : `have ${bound} ${limit} ${counted}`;
}

function lacks({ origin }: { readonly origin: string }, given: unknown): string {
  const counted = countedAs[origin];
  const { length } = given as { readonly length?: number };
  return counted === undefined || length === undefined ? `${shortText(given)} is not` : `it has ${length}`;
}

const countedAs: Readonly<Record<string, string>> = {
  array: 'entries',
  set: 'entries',
  map: 'entries',
  string: 'characters',
};

/** The value as written, truncated if long. */
function shortText(value: unknown): string {
  const text =
    typeof value === 'number' && !Number.isFinite(value)
      ? String(value)
      : (JSON.stringify(value) ?? 'nothing');
  return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text;
}

const mostShown = 60;
