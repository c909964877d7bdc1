import type { ResultReport } from '../eval/report';
import { limitsText, paperSource } from '../eval/report/figureText';
import { otherMetricsText, tableColumns } from '../eval/report/tableColumns';
import { resultsFigure } from './figures/results';
import { writeFigurePage } from './figurePage';
import { escapeHtml, tableHtml, type Row } from './table';

/** A report's rows for `showTable`: ours beside the paper's, of the metrics that papers give. */
export function resultRows(report: Pick<ResultReport, 'rows'>): Row[] {
  return report.rows
    .filter(({ isMain }) => isMain)
    .map((row) => ({
      'data set': row.dataset,
      ...Object.fromEntries(Object.entries(tableColumns).map(([title, cell]) => [title, cell(row)])),
    }));
}

/** Writes a page with the figure of a report, its table and its notes; it needs no network. */
export function writeResultPage(path: string, report: ResultReport): void {
  const rows = resultRows(report);
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => row[column]));
  const caption = `ours: measured with this program; paper: published by ${paperSource}`;
  const limits = limitsText(report.rows);
  const others = otherMetricsText(report.rows);
  const sentences = [
    ...(limits ? [limits] : []),
    ...(others ? [others] : []),
    ...report.notes,
    ...report.problems,
  ];
  const below = [
    tableHtml(columns, cells, { caption, rows: rows.length }),
    ...sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
  ];
  writeFigurePage(path, {
    title: 'XKD: results beside the paper’s',
    figure: resultsFigure(report),
    below: below.join('\n'),
  });
}
