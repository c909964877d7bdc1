import { gainText, paperText, percentText } from '../ablation/figureText';
import { ablationFeatures, type AblationFeatures, type AblationProbe } from '../ablation/jobResult';
import type { AblationTable } from '../ablation/table';
import { ablationFigure } from './figures/ablation';
import { writeFigurePage } from './figurePage';
import { tableHtml, type Row } from './table';

export interface AblationRowsArgs {
  /** Default: logistic. */
  readonly probe?: AblationProbe;
  /** Default: video. */
  readonly features?: AblationFeatures;
}

/** An ablation's rows for `showTable`: top-1 and gain with their 95 % intervals beside the paper's figures. */
export function ablationTableRows(
  { rows }: Pick<AblationTable, 'rows'>,
  { probe = 'logistic', features = 'video' }: AblationRowsArgs = {},
): Row[] {
  return rows.map((row) => {
    const { values, ours, gain } = row.figures[features][probe];
    return {
      row: row.title,
      'top-1 [%]': percentText(ours),
      'gain [points]': gainText(gain),
      seeds: values.length,
      paper: paperText(row, features),
    };
  });
}

/** Writes a page with the figure of an ablation and its tables; it needs no network. */
export function writeAblationPage(path: string, table: AblationTable): void {
  const below = ablationFeatures.map((features) => {
    const rows = ablationTableRows(table, { features });
    const columns = Object.keys(rows[0]);
    const cells = rows.map((row) => columns.map((column) => row[column]));
    return tableHtml(columns, cells, { caption: `${features}: linear probe`, rows: rows.length });
  });
  writeFigurePage(path, {
    title: 'XKD: ablation beside the paper’s',
    figure: ablationFigure(table),
    below: below.join('\n'),
  });
}
