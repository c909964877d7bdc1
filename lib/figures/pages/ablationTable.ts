import { ablationFeatures } from '../../ablation/jobResult';
import type { AblationTable } from '../../ablation/table';
import { ablationTableRows } from '../../ablation/tableRows';
import { ablationFigure } from '../results/ablation';
import { writeFigurePage } from './figurePage';
import { tableHtml } from '../../table';

export { ablationTableRows, type AblationRowsArgs } from '../../ablation/tableRows';

/** Writes a page with an ablation's figure and tables. The page works offline. */
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
