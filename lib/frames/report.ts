import type { DataFrame } from 'danfojs-node';
import { readResultReport, type ResultReport } from '../eval/report';
import { reportColumns } from '../eval/report/csv';
import { dataFrame } from './dataFrame';

/**
 * Results of evaluations beside the paper's as a danfo.js data frame: one row per metric of networks that differ only in
 * their seed, with the columns of `report.csv`.
 *
 * - `dataset`, `classes`, `protocol`, `settings` (JSON), `modality`, `tower`, `variant`, `network`, `metric`: the question
 * - `unit`: `percent` for shares such as top-1, otherwise `value` (ranks and losses); of `ours` and its bounds
 * - `ours`, `oursLow`, `oursHigh`: measured here, the mean and its 95 % interval; `trials`: the number of
 *   seeds or draws (`values` in `report.csv`; a frame has its cells under that name)
 * - `paper` [%], `paperTable`: published; `notComparable`: why the sizes can't be compared
 * - `files`: where our figures come from
 *
 * Numbers that are missing (no interval, no figure in the paper) are NaN, other values null.
 *
 * @param results a folder or file, or several, or a report read by {@link readResultReport}
 * @throws UserError if there are no results
 */
export function readReport(results: string | readonly string[] | ResultReport): DataFrame {
  const { rows } = isReport(results) ? results : readResultReport([results].flat());
  const columns = Object.entries(reportColumns).map(
    ([name, cell]) => [name === 'values' ? 'trials' : name, cell] as const,
  );
  return dataFrame(
    rows.map((row) => Object.fromEntries(columns.map(([name, cell]) => [name, cell(row)]))),
    { types: { ours: 'float32', oursLow: 'float32', oursHigh: 'float32', paper: 'float32' } },
  );
}

function isReport(results: string | readonly string[] | ResultReport): results is ResultReport {
  return typeof results === 'object' && 'rows' in results;
}
