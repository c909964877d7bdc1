import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../errors';
import { readText } from '../../files/readText';

/**
 * The non-empty lines of a small text file, without surrounding spaces, with any kind of line endings.
 *
 * @throws UserError if it cannot be read, or is not UTF-8
 */
export function readLines(path: string): { readonly text: string; readonly line: number }[] {
  const lines = readText(path)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/);
  const strange = lines.findIndex((text) => /[\uFFFD\0]/.test(text));
  if (strange >= 0)
    throw new UserError(`${path} is not UTF-8 text (line ${strange + 1}): save it again in UTF-8.`);
  return lines.map((text, i) => ({ text: text.trim(), line: i + 1 })).filter(({ text }) => text !== '');
}

/** The first line of a file, as far as its first bytes reach; empty if it cannot be read. */
export function firstLine(path: string): string {
  const bytes = Buffer.alloc(mostHeadBytes);
  try {
    const file = openSync(path, 'r');
    try {
      const length = readSync(file, bytes, 0, bytes.length, 0);
      return bytes.toString('utf8', 0, length).split(/[\r\n]/, 1)[0];
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

const mostHeadBytes = 4096;
