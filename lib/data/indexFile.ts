import { dirname, resolve } from 'node:path';
import { UserError } from '../errors';
import { usualSplit } from './folds';
import { columnOf, findColumn, readTable, type Table } from './table';
import type { MediaEntry } from './types';

/** Which column of a table says what; those that are not there say nothing. */
export interface IndexColumns {
  /** The file, relative to the table's folder or absolute; default `path`. */
  readonly path?: string;
  /** The class; default `label`. */
  readonly label?: string;
  /** All classes of the file, with {@link IndexArgs.separator} between them; default `labels`. */
  readonly labels?: string;
  /** Default `split`. */
  readonly split?: string;
  /** Where the clip begins and ends in the file [s]; default `start` and `end`. */
  readonly start?: string;
  readonly end?: string;
}

export interface IndexArgs {
  readonly columns?: IndexColumns;
  /** What stands between several labels; default a semicolon. */
  readonly separator?: string;
}

export interface Index {
  readonly entries: MediaEntry[];
  readonly multiLabel: boolean;
}

/**
 * Reads the index of a data set, a table with a row for each clip.
 *
 * @throws UserError if it cannot be read, lacks a column that was named, or a row makes no sense
 */
export async function readIndex(path: string, { columns = {}, separator = ';' }: IndexArgs = {}): Promise<Index> {
  const table = await readTable(path);
  const column = (role: keyof IndexColumns): number =>
    columns[role] === undefined ? findColumn(table, role) : columnOf(table, columns[role], meanings[role]);
  const files = columnOf(table, columns.path ?? 'path', meanings.path);
  const [label, labels, split] = [column('label'), column('labels'), column('split')];
  const [start, end] = [column('start'), column('end')];
  const folder = dirname(path);
  const entries = table.rows.map((row, i): MediaEntry => {
    const place = `row ${table.firstRow + i}`;
    if (row[files] === '') throw new UserError(`${path} names no file in ${place}: fill in or remove the row.`);
    const names = labels < 0 ? null : splitLabels(row[labels], separator);
    return {
      path: resolve(folder, row[files]),
      label: names || label < 0 ? null : row[label] || null,
      split: split < 0 || row[split] === '' ? null : (usualSplit(row[split]) ?? row[split]),
      ...(names && { labels: names }),
      ...stretch(table, place, { start: row[start], end: row[end] }),
    };
  });
  return { entries, multiLabel: labels >= 0 };
}

const meanings = {
  path: 'files',
  label: 'classes',
  labels: 'lists of classes',
  split: 'splits',
  start: 'starts [s]',
  end: 'ends [s]',
} as const;

function splitLabels(cell: string, separator: string): string[] {
  const names = cell.split(separator).map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** The stretch of a file that a row means, if it means less than the whole. */
export function stretch(
  { path }: Pick<Table, 'path'>,
  place: string,
  cells: { readonly start?: string; readonly end?: string },
): Pick<MediaEntry, 'startSeconds' | 'endSeconds'> {
  const [startSeconds, endSeconds] = [seconds(cells.start), seconds(cells.end)];
  const wrong =
    Number.isNaN(startSeconds) || Number.isNaN(endSeconds) || (endSeconds ?? Infinity) <= (startSeconds ?? 0);
  if (wrong) {
    throw new UserError(
      `${path} says in ${place} that a clip lasts from "${cells.start ?? ''}" to "${cells.end ?? ''}": give seconds, the end after the start.`,
    );
  }
  return { ...(startSeconds !== undefined && { startSeconds }), ...(endSeconds !== undefined && { endSeconds }) };
}

function seconds(cell: string | undefined): number | undefined {
  if (cell === undefined || cell === '') return undefined;
  const value = Number(cell);
  return value >= 0 ? value : NaN;
}
