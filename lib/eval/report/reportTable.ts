import type { Row } from '../../notebook/table';
import type { ValueTable } from '../../shown';
import { limitsText, paperSource } from './figureText';
import type { ResultReport } from './makeReport';
import { otherMetricsText, tableColumns } from './tableColumns';

/** Ours beside the paper's, of the metrics that papers give. */
export function resultRows(report: Pick<ResultReport, 'rows'>): Row[] {
  return report.rows
    .filter(({ isMain }) => isMain)
    .map((row) => ({
      'data set': row.dataset,
      ...Object.fromEntries(Object.entries(tableColumns).map(([title, cell]) => [title, cell(row)])),
    }));
}

/** A report's rows with what is to be known about them below. */
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
