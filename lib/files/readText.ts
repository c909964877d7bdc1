import { readFileSync } from 'node:fs';
import { fileError } from './fileError';

/**
 * Reads a small text file.
 *
 * @throws UserError if it cannot be read
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}
