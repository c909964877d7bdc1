import type { ResultReport } from '../../eval/report';
import { reportTable } from '../../eval/report/reportTable';
import { resultsFigure } from '../results/results';
import { writeFigurePage } from './figurePage';
import { contentHtml, rowsContent } from '../../table';

export { resultRows } from '../../eval/report/reportTable';

/** Writes a page with a report's figure, table and notes. The page works offline. */
export function writeResultPage(path: string, report: ResultReport): void {
  const { rows, caption, notes } = reportTable(report);
  writeFigurePage(path, {
    title: 'XKD: results beside the paper’s',
    figure: resultsFigure(report),
    below: contentHtml(rowsContent(rows, { caption, notes })),
  });
}
