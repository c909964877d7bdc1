/**
 * One line of a CSV file (RFC 4180) without its line ending; text with commas, quotes or line breaks is
 * quoted.
 */
export function formatCsvLine(cells: readonly (string | number | boolean | null)[]): string {
  return cells.map(formatCell).join(',');
}

/** Parses CSV text (RFC 4180) into lines of cells; empty lines are skipped. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  // A cell, quoted or plain, and its terminator.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const body = text.replace(/^\uFEFF/, '');
  let line: string[] = [];
  while (pattern.lastIndex < body.length || line.length > 0) {
    const match = pattern.exec(body);
    if (!match) throw new SyntaxError(`a stray quote in line ${lines.length + 1}`);
    const [, quoted, plain, end] = match;
    line.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  }
  return lines;
}

function formatCell(cell: string | number | boolean | null): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
