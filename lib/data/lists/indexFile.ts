import { dirname, extname, resolve } from 'node:path';
import { UserError } from '../../errors';
import { usualSplit } from './folds';
import { listedPath } from './listedPath';
import { audioExtensions, videoExtensions } from './mediaNames';
import { columnOf, findColumn, readTable, type Table } from './table';
import type { MediaEntry } from '../types';

/**
 * Meaning of a table's columns. Columns are given by name, or by number (from 1) in a table without a header;
 * missing ones are ignored.
 */
export interface IndexColumns {
  /** File, relative to the table's folder or absolute; default `path`. */
  readonly path?: string;
  /** Class; default `label`. */
  readonly label?: string;
  /** All classes of the file, separated by {@link IndexArgs.separator}; default `labels`. */
  readonly labels?: string;
  /** Default `split`. */
  readonly split?: string;
  /** File with its sound, if it is a separate one; default: none. */
  readonly sound?: string;
  /** Start and end of the clip in the file [s]; default `start` and `end`. */
  readonly start?: string;
  readonly end?: string;
}

export interface IndexArgs {
  readonly columns?: IndexColumns;
  /** Separator of several labels; default: a semicolon. */
  readonly separator?: string;
}

export interface Index {
  readonly entries: MediaEntry[];
  readonly multiLabel: boolean;
}

/**
 * Reads the index of a data set, a table with one row per clip.
 *
 * @throws UserError if it cannot be read, lacks a column that was named, or has an invalid row
 */
export function readIndex(path: string, { columns = {}, separator = ';' }: IndexArgs = {}): Index {
  const table = withoutNames(readTable(path, { numbered: areNumbers(path, columns) }), columns);
  const column = (role: keyof IndexColumns): number =>
    columns[role] === undefined ? findColumn(table, role) : columnOf(table, columns[role], meanings[role]);
  if (columns.path === undefined) requireNames(table);
  const files = columnOf(table, columns.path ?? 'path', meanings.path);
  const [label, labels, split] = [column('label'), column('labels'), column('split')];
  const [start, end] = [column('start'), column('end')];
  const sound = columns.sound === undefined ? -1 : column('sound');
  const folder = dirname(path);
  const entries = table.rows.map((row, i): MediaEntry => {
    const place = `row ${table.firstRow + i}`;
    if (row[files] === '')
      throw new UserError(`${path} names no file in ${place}: fill in or remove the row.`);
    const names = labels < 0 ? null : splitLabels(row[labels], separator);
    return {
      path: resolve(folder, listedPath(folder, row[files])),
      ...(row[sound] && { sound: resolve(folder, listedPath(folder, row[sound])) }),
      label: names || label < 0 ? null : row[label] || null,
      split: split < 0 || row[split] === '' ? null : (usualSplit(row[split]) ?? row[split]),
      ...(names && { labels: names }),
      ...stretch(table, place, { start: row[start], end: row[end] }),
    };
  });
  return { entries, multiLabel: labels >= 0 };
}

const mediaExtensions = [...videoExtensions, ...audioExtensions];

const meanings = {
  path: 'files',
  label: 'classes',
  labels: 'lists of classes',
  split: 'splits',
  sound: 'files of sound',
  start: 'starts [s]',
  end: 'ends [s]',
} as const;

/** True if columns are given by number, as for a table without a header. */
function areNumbers(path: string, columns: IndexColumns): boolean {
  const given = Object.values(columns).filter(
    (name: string | undefined): name is string => name !== undefined,
  );
  const numbers = given.filter((name) => /^[1-9]\d*$/.test(name));
  if (numbers.length === 0) return false;
  if (numbers.length === given.length && columns.path !== undefined) return true;
  throw new UserError(
    `The columns of ${path} are to be called ${given.join(', ')}: give the numbers of all, that of the files included (path=1,label=2), or the names of all.`,
  );
}

/** Removes the header from a table whose columns were given by number. */
function withoutNames(table: Table, columns: IndexColumns): Table {
  const files = table.columns.indexOf(columns.path ?? '');
  const [first, second] = table.rows.map((row) => extname(row[files] ?? ''));
  const isNames = table.firstRow === 1 && first === '' && (second ?? '') !== '';
  return isNames ? { ...table, rows: table.rows.slice(1), firstRow: 2 } : table;
}

/** @throws UserError if the first line of a table names a file instead of columns */
function requireNames({ path, columns }: Table): void {
  const file = columns.findIndex((name) => mediaExtensions.includes(extname(name).toLowerCase()));
  if (file < 0 || columns.includes('path')) return;
  throw new UserError(
    `${path} has no line of names (it begins with ${columns.join(', ')}): say by their numbers what the columns are, such as --columns path=${file + 1}${columns.length > 1 ? `,label=${file === 0 ? 2 : 1}` : ''}.`,
  );
}

function splitLabels(cell: string, separator: string): string[] {
  const names = cell.split(separator).map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '');
}

/** Time range of the file that a row selects, if not the whole file. */
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
  return {
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
  };
}

function seconds(cell: string | undefined): number | undefined {
  if (cell === undefined || cell === '') return undefined;
  const value = Number(cell);
  return value >= 0 ? value : NaN;
}
