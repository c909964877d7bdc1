import { featuresText, intervalText, paperText, protocolText, seedsText, valueText } from './figureText';
import type { ReportRow } from './makeReport';

/** Contents of a report table's columns, except the data set. */
export const tableColumns: Readonly<Record<string, (row: ReportRow) => string>> = {
  protocol: protocolText,
  features: featuresText,
  variant: ({ variant }) => variant,
  network: ({ network }) => network,
  metric: ({ metric }) => metric,
  ours: (row) => valueText(row, row.ours.mean),
  '95 % interval': intervalText,
  seeds: seedsText,
  paper: paperText,
};

/** The cells of a row. */
export function tableCells(row: ReportRow): string[] {
  return Object.values(tableColumns).map((cell) => cell(row));
}

/** Says how many figures are not in the table; null if it has all of them. */
export function otherMetricsText(rows: readonly ReportRow[]): string | null {
  const others = rows.filter(({ isMain }) => !isMain).length;
  return others === 0
    ? null
    : `${others} more figures, of further metrics, are in report.csv (--out) and in the JSON.`;
}
