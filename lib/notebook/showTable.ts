import { contentHtml, contentText, tableContent, type FrameLike, type Row, type TableArgs } from '../table';
import { showHtml } from './display';

/**
 * Shows rows, or a danfo.js data frame, as a table below the running cell. Numbers have four significant digits; those that
 * a frame lacks (NaN) are left empty.
 */
export function showTable(table: readonly Row[] | FrameLike, args: TableArgs = {}): void {
  const content = tableContent(table, args);
  showHtml(contentHtml(content), contentText(content));
}
