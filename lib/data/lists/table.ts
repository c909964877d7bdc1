import { UserError } from '../../errors';
import { parseCsv } from '../../files/csv';
import { readText } from '../../files/readText';

/** A table of text. No cell is parsed as a number, so `007` and `1e5` stay as they are. */
export interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  /** Cells by row and column, without surrounding spaces; each row has as many cells as `columns`. */
  readonly rows: readonly (readonly string[])[];
  /** Number of the first row in messages. */
  readonly firstRow: number;
}

export interface TableArgs {
  /** Column names of a file without a header; default: the first line names them. */
  readonly columns?: readonly string[];
  /** True if there is no header; the columns are then called 1, 2, ... */
  readonly numbered?: boolean;
  /** Prefix of comment lines; default: there are none. */
  readonly comment?: string;
  /**
   * Separator of cells; default: a comma, or a semicolon or tab if the first line has no comma (in numbered
   * tables also a space).
   */
  readonly delimiter?: string;
}

/**
 * Reads a CSV table (RFC 4180; also with a byte order mark, Windows line endings or empty lines, and with spaces around
 * quoted cells).
 *
 * @throws UserError if it cannot be read, has rows of different lengths, or is not UTF-8
 */
export function readTable(path: string, args: TableArgs = {}): Table {
  const cells = readCells(path, args);
  const numbers = args.numbered && (cells[0] ?? []).map((_, i) => `${i + 1}`);
  const given = args.columns ?? numbers;
  const columns = given || (cells[0] ?? []).map(nameIn);
  const first = given ? 0 : 1;
  const rows = cells.slice(first).map((row, i) => {
    if (row.length !== columns.length) {
      throw new UserError(
        `Row ${i + 1 + first} of ${path} has ${row.length} cells where ${columns.length} are expected (${columns.join(', ')}): ` +
          'correct the row; text with commas goes into double quotes.',
      );
    }
    return row;
  });
  return { path, columns, rows, firstRow: 1 + first };
}

/** Name of a column, without surrounding single quotes. */
function nameIn(cell: string): string {
  return cell.replace(/^'(.*)'$/, '$1').trim();
}

/**
 * The position of a column, -1 if none has that name. Case matters only if names differ in nothing else.
 *
 * @throws UserError if there are two
 */
export function findColumn({ path, columns }: Table, name: string): number {
  const same = (wanted: (column: string) => boolean): number[] =>
    columns.flatMap((each, i) => (wanted(each) ? [i] : []));
  const exact = same((each) => each === name);
  const found = exact.length > 0 ? exact : same((each) => each.toLowerCase() === name.toLowerCase());
  if (found.length > 1)
    throw new UserError(`${path} has two columns "${name}": rename or remove one of them.`);
  return found[0] ?? -1;
}

/**
 * The position of a column.
 *
 * @param what its content, as the end of "name the column of the ..."
 * @throws UserError if none has that name, or two have
 */
export function columnOf(table: Table, name: string, what: string): number {
  const column = findColumn(table, name);
  if (column >= 0) return column;
  const { path, columns } = table;
  throw new UserError(
    `${path} has no column "${name}" (it has ${columns.join(', ')}): name the column of the ${what} "${name}".`,
  );
}

/** Cells by row, without surrounding spaces and without rows of empty cells. */
function readCells(path: string, { comment, delimiter, numbered }: TableArgs): string[][] {
  const text = readText(path);
  const separator = delimiter ?? delimiterOf(text.split(/[\r\n]/, 1)[0], numbered);
  const cells = parseCsv(text, { delimiter: separator, comment, looseQuotes: true })
    .map((row) => row.map((cell) => cell.trim()))
    .filter((row) => row.some((cell) => cell !== ''));
  const strange = cells.findIndex((row) => row.some((cell) => /[\uFFFD\0]/.test(cell)));
  if (strange >= 0) {
    throw new UserError(`${path} is not UTF-8 text (row ${strange + 1}): save it again as CSV in UTF-8.`);
  }
  return cells;
}

/** Lists without a header often use a space as separator. */
function delimiterOf(line: string, numbered = false): string {
  const candidates = [',', ';', '\t', ...(numbered ? [' '] : [])];
  return candidates.find((candidate) => line.includes(candidate)) ?? ',';
}
