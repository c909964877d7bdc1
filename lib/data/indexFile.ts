import { dirname, resolve } from 'node:path';
import { UserError } from '../errors';
import type { MediaEntry } from './types';

/**
 * Reads the index of a data set. danfo.js brings TensorFlow with it, so it is loaded only here, in the main
 * thread.
 *
 * @param path a CSV with a column `path` and, if there are any, `label` and `split`
 * @throws UserError if it cannot be read or lacks the column
 */
export async function readIndex(path: string): Promise<MediaEntry[]> {
  const rows = await readRows(path);
  if (rows.length === 0) return [];
  if (!Object.hasOwn(rows[0], 'path')) {
    const columns = Object.keys(rows[0]).join(', ');
    throw new UserError(`${path} has no column "path" (it has ${columns}): name the column of the files "path".`);
  }
  const folder = dirname(path);
  return rows.map((row, i) => {
    const file = text(row.path);
    if (file === null) throw new UserError(`${path} names no file in row ${i + 2}: fill in or remove the row.`);
    return { path: resolve(folder, file), label: text(row.label), split: text(row.split) };
  });
}

/** Handed on to the CSV parser: a class named 007 or true is a name all the same. */
const asWritten: object = { dynamicTyping: false };

type Row = Readonly<Record<string, unknown>>;

async function readRows(path: string): Promise<Row[]> {
  try {
    // Loads the one TensorFlow of this process first, set up as everywhere else.
    await import('../tensor/native');
    const { readCSV, toJSON } = await import('danfojs-node');
    const frame = await readCSV(path, asWritten);
    return toJSON(frame) as Row[];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} could not be read as a CSV table (${reason}): write it anew.`);
  }
}

function text(value: unknown): string | null {
  return value === undefined || value === null || value === '' ? null : String(value);
}
