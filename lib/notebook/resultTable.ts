import type { ResultReport } from '../eval/report';
import {
  featuresText,
  intervalText,
  limitsText,
  paperSource,
  paperText,
  protocolText,
  seedsText,
  valueText,
} from '../eval/report/figureText';
import { resultsFigure } from './figures/results';
import { writeFigurePage } from './figurePage';
import { escapeHtml, tableHtml, type Row } from './table';

/** A report's rows for `showTable`: ours beside the paper's. */
export function resultRows(report: Pick<ResultReport, 'rows'>): Row[] {
  return report.rows.map((row) => ({
    'data set': row.dataset,
    protocol: protocolText(row),
    features: featuresText(row),
    variant: row.variant,
    network: row.network,
    metric: row.metric,
    ours: valueText(row, row.ours.mean),
    '95 % interval': intervalText(row),
    seeds: seedsText(row),
    paper: paperText(row),
  }));
}

/** Writes a page with the figure of a report, its table and its notes; it needs no network. */
export function writeResultPage(path: string, report: ResultReport): void {
  const rows = resultRows(report);
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => row[column]));
  const caption = `ours: measured with this program; paper: published by ${paperSource}`;
  const limits = limitsText(report.rows);
  const sentences = [...(limits ? [limits] : []), ...report.notes, ...report.problems];
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
