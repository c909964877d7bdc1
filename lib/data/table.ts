import { UserError } from '../errors';
import { firstLine } from './textFile';

/** A table of text: nothing in it was taken for a number, so `007` and `1e5` are what they were. */
export interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  /** Cells by row and column, without spaces around them; as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
  /** What the first row is called in messages. */
  readonly firstRow: number;
}

export interface TableArgs {
  /** Names of the columns of a file without a line of names; default: the first line names them. */
  readonly columns?: readonly string[];
  /** There is no line of names, and the columns are called 1, 2, ... */
  readonly numbered?: boolean;
  /** How lines begin that say nothing; default: there are none. */
  readonly comment?: string;
  /**
   * What stands between cells; default: a comma, or a semicolon or tab where the first line has no comma (in numbered
   * tables also a space).
   */
  readonly delimiter?: string;
}

/**
 * Reads a CSV table (RFC 4180; also with a byte order mark, Windows line ends or empty lines). danfo.js brings
 * TensorFlow with it, so it is loaded only here, in the main thread.
 *
 * @throws UserError if it cannot be read, has rows of other lengths, or is not UTF-8
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

/** What a cell says: quotes count as such also where spaces stand around them. */
function textIn(cell: string): string {
  const text = cell.trim();
  return /^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
}

/** The name of a column; single quotes around it are none of it. */
function nameIn(cell: string): string {
  return textIn(cell)
    .replace(/^'(.*)'$/, '$1')
    .trim();
}

/** Puts cells together that quotes hold together: the parser sees only quotes at the very start of a cell. */
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
 * The position of a column, -1 where there is none of that name. Upper and lower case are only told apart where both are there.
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
 * @param what is in it, as the end of "name the column of the ..."
 * @throws UserError if there is none of that name, or if there are two
 */
export function columnOf(table: Table, name: string, what: string): number {
  const column = findColumn(table, name);
  if (column >= 0) return column;
  const { path, columns } = table;
  throw new UserError(
    `${path} has no column "${name}" (it has ${columns.join(', ')}): name the column of the ${what} "${name}".`,
  );
}

/** What is handed on to the CSV parser below danfo.js; its own types leave these out. */
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
    // A class named 007 or true is a name all the same.
    dynamicTyping: false,
    // Names and lengths of rows are looked at above, where a message can name the row.
    header: false,
    skipEmptyLines: 'greedy',
    comments: comment ?? false,
    delimiter,
    beforeFirstChunk: (chunk) => chunk.replace(/^\uFEFF/, ''),
  };
  let cells: string[][];
  try {
    // Loads the one TensorFlow of this process first, set up as everywhere else.
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

/** Lists without a line of names often have a space there. */
function delimiterOf(line: string, numbered = false): string {
  const candidates = [',', ';', '\t', ...(numbered ? [' '] : [])];
  return candidates.find((candidate) => line.includes(candidate)) ?? ',';
}
