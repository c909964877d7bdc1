/** Rows below a header, in aligned columns; numbers are right-aligned. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = head.map((title, i) => [title, ...rows.map((row) => row[i])]);
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const right = columns.map(([, ...cells]) => cells.every((cell) => cell === '' || isNumber.test(cell)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}

/** Also matches `3/8`. */
const isNumber = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(\/\d+)?$/i;
