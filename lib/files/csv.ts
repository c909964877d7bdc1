/**
 * One line of a CSV file (RFC 4180) without its line ending; text with commas, quotes or line breaks is
 * quoted.
 */
export function formatCsvLine(cells: readonly (string | number | boolean | null)[]): string {
  return cells.map(formatCell).join(',');
}

/** How the files of others differ from RFC 4180. */
export interface CsvDialect {
  /** One character; default: a comma. */
  readonly delimiter?: string;
  /** Prefix of lines to skip; default: there are none. */
  readonly comment?: string;
  /**
   * True if spaces may surround a quoted cell, and a quote within or at the start of a cell that is not quoted as a
   * whole is a character like others. Default: such a quote is an error.
   */
  readonly looseQuotes?: boolean;
}

/**
 * Parses CSV text (RFC 4180; line endings of any kind) into lines of cells; empty lines are skipped.
 *
 * @throws SyntaxError at a stray quote, unless quotes are loose
 */
export function parseCsv(text: string, dialect: CsvDialect = {}): string[][] {
  const { delimiter = ',', comment } = dialect;
  const lines: string[][] = [];
  const cell = cellPattern(dialect);
  const skipped = /[^\r\n]*(?:\r\n?|\n|$)/y;
  const body = text.replace(/^\uFEFF/, '');
  let line: string[] = [];
  let at = 0;
  while (at < body.length || line.length > 0) {
    const skip = line.length === 0 && comment !== undefined && body.startsWith(comment, at);
    const pattern = skip ? skipped : cell;
    pattern.lastIndex = at;
    const match = pattern.exec(body);
    if (!match) throw new SyntaxError(`a stray quote in line ${lines.length + 1}`);
    at = pattern.lastIndex;
    if (skip) continue;
    const [, quoted, plain, end] = match;
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === delimiter) continue;
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  }
  return lines;
}

/** Matches a cell, quoted (first group) or plain (second group), and its end (third group). */
function cellPattern({ delimiter = ',', looseQuotes = false }: CsvDialect): RegExp {
  const separator = delimiter.replace(/[^\w\s]/, '\\$&');
  const spaces = looseQuotes ? `(?:(?!${separator})[ \\t])*` : '';
  const plain = looseQuotes ? `[^${separator}\\r\\n]*` : `[^"${separator}\\r\\n]*`;
  return new RegExp(`(?:${spaces}"((?:[^"]|"")*)"${spaces}|(${plain}))(${separator}|\\r\\n?|\\n|$)`, 'y');
}

function formatCell(cell: string | number | boolean | null): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
