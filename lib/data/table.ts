import { UserError } from '../errors';
import { firstLine } from './textFile';

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
 * Reads a CSV table (RFC 4180; also with a byte order mark, Windows line endings or empty lines). danfo.js
 * loads TensorFlow, so it is loaded only here, in the main thread.
 *
 * @throws UserError if it cannot be read, has rows of different lengths, or is not UTF-8
 */
export async function readTable(path: string, args: TableArgs = {}): Promise<Table> {
  const delimiter = args.delimiter ?? delimiterOf(firstLine(path), args.numbered);
  const cells = (await readCells(path, { ...args, delimiter })).map((row) => joinQuoted(row, delimiter));
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
    return row.map(textIn);
  });
  return { path, columns, rows, firstRow: 1 + first };
}

/** Text of a cell; quotes are recognised even if spaces surround them. */
function textIn(cell: string): string {
  const text = cell.trim();
  return /^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
}

/** Name of a column, without surrounding single quotes. */
function nameIn(cell: string): string {
  return textIn(cell)
    .replace(/^'(.*)'$/, '$1')
    .trim();
}

/**
 * Joins cells that belong to one quoted cell: the parser recognises quotes only at the very start of a cell.
 */
function joinQuoted(cells: readonly string[], delimiter: string): string[] {
  const joined: string[] = [];
  for (const cell of cells) {
    const before = joined.at(-1);
    const isOpen = before !== undefined && /^\s+"/.test(before) && before.split('"').length % 2 === 0;
    if (isOpen) joined[joined.length - 1] = `${before}${delimiter}${cell}`;
    else joined.push(cell);
  }
  return joined;
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

/** Options passed on to the CSV parser below danfo.js; its own types omit them. */
interface ParserOptions {
  readonly dynamicTyping: false;
  readonly header: false;
  readonly skipEmptyLines: 'greedy';
  readonly comments: string | false;
  readonly delimiter: string;
  readonly beforeFirstChunk: (chunk: string) => string;
}

async function readCells(
  path: string,
  { comment, delimiter }: TableArgs & { delimiter: string },
): Promise<string[][]> {
  const options: ParserOptions = {
    // A class named 007 or true is still a name.
    dynamicTyping: false,
    // Names and row lengths are checked above, where a message can name the row.
    header: false,
    skipEmptyLines: 'greedy',
    comments: comment ?? false,
    delimiter,
    beforeFirstChunk: (chunk) => chunk.replace(/^\uFEFF/, ''),
  };
  let cells: string[][];
  try {
    // Loads this process's single TensorFlow first, set up as everywhere else.
    await import('../tensor/native');
    const { readCSV } = await import('danfojs-node');
    cells = (await readCSV(path, options as object)).values as string[][];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} could not be read as a CSV table (${reason}): write it again.`);
  }
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
