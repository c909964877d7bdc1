import { formatCsvLine } from '../../files';
import type { ResultReport, ReportRow } from './makeReport';

export type CsvCell = string | number | null;

/** Contents of each column of `report.csv`. Shares are in percent, as in the paper. */
export const reportColumns: Readonly<Record<string, (row: ReportRow) => CsvCell>> = {
  dataset: ({ dataset }) => dataset,
  classes: ({ classes }) => classes,
  protocol: ({ protocol }) => protocol,
  settings: ({ allSettings }) => JSON.stringify(allSettings),
  modality: ({ modality }) => modality,
  tower: ({ tower }) => tower,
  variant: ({ variant }) => variant,
  network: ({ network }) => network,
  metric: ({ metric }) => metric,
  unit: ({ isShare }) => (isShare ? 'percent' : 'value'),
  ours: (row) => scaled(row, row.ours.mean),
  oursLow: (row) => scaled(row, row.ours.low),
  oursHigh: (row) => scaled(row, row.ours.high),
  values: ({ ours }) => ours.count,
  intervalOver: ({ ours }) => ours.over,
  paper: ({ paper }) => paper?.percent ?? null,
  paperTable: ({ paper }) => paper?.title ?? null,
  notComparable: ({ paper }) => paper?.limits.join('; ') ?? null,
  files: ({ ours }) => ours.values.map(({ path }) => path).join('; '),
};

/** The report as CSV, one row per metric. `ours` columns are measured, `paper` columns are published. */
export function reportCsv({ rows }: ResultReport): string {
  const lines = rows.map((row) => Object.values(reportColumns).map((cell) => cell(row)));
  return `${[Object.keys(reportColumns), ...lines].map(formatCsvLine).join('\n')}\n`;
}

function scaled({ isShare }: ReportRow, value: number | null): number | null {
  return value === null || !isShare ? value : Number((100 * value).toFixed(6));
}
