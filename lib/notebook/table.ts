import { showHtml } from './display';

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** A data frame of danfo.js, as far as a table needs it. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
}

export interface TableArgs {
  readonly caption?: string;
  /** Rows shown at most; the rest is counted below. */
  readonly rows?: number;
}

/** Shows rows (or a danfo data frame) as a table below the running cell. */
export function showTable(table: readonly Row[] | FrameLike, args: TableArgs = {}): void {
  const { columns, cells } = 'columns' in table ? ofFrame(table) : ofRows(table);
  showHtml(tableHtml(columns, cells, args), tableText(columns, cells));
}

/** The table as HTML with no style but the alignment of its columns: front ends style tables well. */
export function tableHtml(
  columns: readonly string[],
  cells: readonly (readonly Cell[])[],
  { caption, rows = 20 }: TableArgs = {},
): string {
  const isText = columns.map((_, c) => cells.some((row) => typeof row[c] === 'string'));
  const line = (tag: string, values: readonly Cell[]): string =>
    `<tr>${values.map((value, c) => `<${tag}${isText[c] ? leftAligned : ''}>${escapeHtml(cellText(value))}</${tag}>`).join('')}</tr>`;
  const shown = cells.slice(0, rows).map((row) => line('td', row));
  const rest = cells.length - shown.length;
  if (rest > 0) shown.push(`<tr><td colspan="${columns.length}">and ${rest} more rows</td></tr>`);
  const title = caption ? `<caption>${escapeHtml(caption)}</caption>` : '';
  return `<table>${title}<thead>${line('th', columns)}</thead><tbody>${shown.join('')}</tbody></table>`;
}

/** Text that is safe between tags and in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const leftAligned = ' style="text-align: left"';

function ofRows(rows: readonly Row[]): { columns: string[]; cells: Cell[][] } {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, cells: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function ofFrame(frame: FrameLike): { columns: string[]; cells: Cell[][] } {
  return { columns: [...frame.columns], cells: frame.values as Cell[][] };
}

function tableText(columns: readonly string[], cells: readonly (readonly Cell[])[]): string {
  return [columns, ...cells].map((row) => row.map(cellText).join('\t')).join('\n');
}

function cellText(value: Cell): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return value === null ? '' : String(value);
}
