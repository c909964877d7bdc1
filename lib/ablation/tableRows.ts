import type { Row } from '../notebook/table';
import type { ValueTable } from '../shown';
import { gainText, paperText, percentText } from './figureText';
import type { AblationFeatures, AblationProbe } from './jobResult';
import type { AblationTable } from './table';

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

/** An ablation at the end of a cell: its rows of the video's features. */
export function ablationValue(table: AblationTable): ValueTable {
  const { seeds, steps, missing } = table;
  return {
    caption: `Ablation: linear probe on video features, ${steps} steps, ${seeds.length} seeds`,
    rows: ablationTableRows(table),
    notes: missing.length > 0 ? [`Not done yet: ${missing.join(', ')}.`] : [],
  };
}
