import type { z } from 'zod';
import { UserError } from '../errors';
import { wrongValue } from '../wrongValue';
import { readText } from './readText';

/**
 * Reads and validates a JSON file.
 *
 * @param sentence builds the user's message from what is wrong with the content
 * @throws UserError if it cannot be read or does not match the schema
 */
export function readJson<T>(path: string, schema: z.ZodType<T>, sentence: (wrong: string) => string): T {
  const value = parse(readText(path), sentence);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(sentence(wrongValue(parsed.error, value).sentence));
}

function parse(text: string, sentence: (wrong: string) => string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(sentence((error as Error).message.replace(/\.$/, '')));
  }
}
