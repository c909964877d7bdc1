import type { Row } from '../../table';
import type { ValueTable } from '../../shown';
import { limitsText, paperSource } from './figureText';
import type { ResultReport } from './makeReport';
import { otherMetricsText, tableColumns } from './tableColumns';

/** Our figures beside the paper's, for the metrics that papers report. */
export function resultRows(report: Pick<ResultReport, 'rows'>): Row[] {
  return report.rows
    .filter(({ isMain }) => isMain)
    .map((row) => ({
      'data set': row.dataset,
      ...Object.fromEntries(Object.entries(tableColumns).map(([title, cell]) => [title, cell(row)])),
    }));
}

/** A report's rows as a table, with its notes below. */
export function reportTable(report: ResultReport): ValueTable {
  const sentences = [
    limitsText(report.rows),
    otherMetricsText(report.rows),
    ...report.notes,
    ...report.problems,
  ];
  return {
    caption: `ours: measured with this program; paper: published by ${paperSource}`,
    rows: resultRows(report),
    notes: sentences.filter((sentence) => sentence !== null),
  };
}
