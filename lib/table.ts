export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** The part of a danfo.js data frame that a table needs. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

export interface TableArgs {
  readonly caption?: string;
  /** Maximum number of rows shown; the rest is counted below. */
  readonly rows?: number;
}

/** The content of a table, ready to be rendered as HTML or as text. */
export interface TableContent {
  readonly columns: readonly string[];
  readonly cells: readonly (readonly Cell[])[];
  readonly caption?: string;
  /** Second header line, such as the column types. */
  readonly types?: readonly string[];
  /** Number of rows omitted before row `at` of the remaining ones. */
  readonly gap?: { readonly at: number; readonly rows: number };
  /** True if the first column holds row names. */
  readonly rowNames?: boolean;
  /** Sentences below the table. */
  readonly notes?: readonly string[];
}

/** The content of a table from rows or a danfo data frame, cut after a number of rows. */
export function tableContent(table: readonly Row[] | FrameLike, args: TableArgs = {}): TableContent {
  const { columns, cells } = 'columns' in table ? ofFrame(table) : ofRows(table);
  return firstRows(columns, cells, args);
}

/** The table as HTML, styled only by the alignment of its columns: front ends style tables well. */
export function tableHtml(
  columns: readonly string[],
  cells: readonly (readonly Cell[])[],
  args: TableArgs = {},
): string {
  return contentHtml(firstRows(columns, cells, args));
}

/** Table content from rows, whose keys are the column names. */
export function rowsContent(rows: readonly Row[], rest: Partial<TableContent> = {}): TableContent {
  return { ...ofRows(rows), ...rest };
}

/** A table as HTML; a table that is too wide scrolls. */
export function contentHtml({
  columns,
  cells,
  caption,
  types,
  gap,
  rowNames,
  notes = [],
}: TableContent): string {
  const isText = textColumns(columns, cells);
  const line = (tag: string, values: readonly Cell[], style = ''): string => {
    const written = values.map((value, c) => {
      const own = [...(isText[c] ? ['text-align: left'] : []), ...(style ? [style] : [])].join('; ');
      const name = rowNames && c === 0 && tag === 'td' ? 'th' : tag;
      return `<${name}${own && ` style="${own}"`}>${escapeHtml(cellText(value))}</${name}>`;
    });
    return `<tr>${written.join('')}</tr>`;
  };
  const body = cells.map((row) => line('td', row));
  if (gap)
    body.splice(gap.at, 0, `<tr><td colspan="${columns.length}">${gapText(gap, cells.length)}</td></tr>`);
  const title = caption ? `<caption>${escapeHtml(caption)}</caption>` : '';
  const head =
    line('th', columns) + (types ? line('th', types, 'font-weight: normal; font-style: italic') : '');
  const below = notes.map((note) => `<p>${escapeHtml(note)}</p>`).join('');
  return `<div style="overflow-x: auto"><table>${title}<thead>${head}</thead><tbody>${body.join('')}</tbody></table></div>${below}`;
}

/** A table as text in columns: numbers right-aligned, text left-aligned. */
export function contentText({ columns, cells, caption, types, gap, notes = [] }: TableContent): string {
  const isText = textColumns(columns, cells);
  const head = types ? [columns, types] : [columns];
  const written = [...head, ...cells].map((row) => row.map((cell) => cellText(cell).replace(/\s+/g, ' ')));
  const widths = columns.map((_, c) => written.reduce((width, row) => Math.max(width, row[c].length), 0));
  const lines = written.map((row) =>
    row
      .map((cell, c) => (isText[c] ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join('  ')
      .trimEnd(),
  );
  if (gap) lines.splice(head.length + gap.at, 0, gapText(gap, cells.length));
  return [...(caption ? [caption] : []), ...lines, ...notes].join('\n');
}

/** Escapes text for use between tags and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function firstRows(
  columns: readonly string[],
  cells: readonly (readonly Cell[])[],
  { caption, rows = 20 }: TableArgs,
): TableContent {
  const rest = cells.length - rows;
  const gap = rest > 0 ? { at: rows, rows: rest } : undefined;
  return { columns, cells: cells.slice(0, rows), caption, gap };
}

function textColumns(columns: readonly string[], cells: readonly (readonly Cell[])[]): boolean[] {
  return columns.map((_, c) => cells.some((row) => typeof row[c] === 'string'));
}

function gapText({ at, rows }: { at: number; rows: number }, shown: number): string {
  const more = `${rows} more ${rows === 1 ? 'row' : 'rows'}`;
  return at < shown ? `… ${more} …` : `and ${more}`;
}

function ofRows(rows: readonly Row[]): { columns: string[]; cells: Cell[][] } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, cells: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function ofFrame(frame: FrameLike): { columns: string[]; cells: Cell[][] } {
  const rows = frame.values as Cell[][];
  // Frames hold NaN where a number is missing.
  const cells = rows.map((row) => row.map((cell) => (Number.isNaN(cell) ? null : cell)));
  return { columns: [...frame.columns], cells };
}

function cellText(value: Cell): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return value === null ? '' : String(value);
}
