import type { Row } from '../table';
import type { ValueTable } from '../shown';
import { gainText, paperText, percentText, signsText } from './figureText';
import type { AblationFeatures, AblationProbe } from './jobResult';
import type { AblationTable, AblationTableRow } from './table';
import { ablationVerdicts, verdictText } from './verdicts';

export interface AblationRowsArgs {
  /** Default: logistic. */
  readonly probe?: AblationProbe;
  /** Default: video. */
  readonly features?: AblationFeatures;
}

/**
 * Rows of an ablation for `showTable`: top-1 and gain with their 95 % intervals, a verdict (Holm's correction over the rows),
 * and the paper's figures.
 *
 * @example
 * ```ts
 * import { ablationTableRows, projectPath, readAblationTable } from 'xkd';
 *
 * const table = readAblationTable(projectPath('data', 'results', 'ablation.json'));
 * const rows = ablationTableRows(table, { features: 'audio', probe: 'svm' });
 * console.log(rows.length === table.rows.length, rows[0].row); // true video reconstruction only
 * ```
 */
export function ablationTableRows(
  table: Pick<AblationTable, 'rows'>,
  { probe = 'logistic', features = 'video' }: AblationRowsArgs = {},
): Row[] {
  const { rows } = table;
  const verdicts = ablationVerdicts(table, features, probe);
  const anySigns = rows.some(({ signs }) => signs);
  const anyFailed = rows.some((row) => failedSeeds(row).length > 0);
  return rows.map((row) => {
    const { values, ours, gain } = row.figures[features][probe];
    return {
      row: row.title,
      'top-1 [%]': percentText(ours),
      'gain [points]': gainText(gain),
      verdict: verdictText(verdicts.get(row.name)),
      seeds: values.length,
      ...(anySigns && { 'rank; entropy': signsText(row) }),
      paper: paperText(row, features),
      ...(anyFailed && {
        'went wrong': failedSeeds(row)
          .map((seed) => `seed ${seed}`)
          .join(', '),
      }),
    };
  });
}

/** Seeds of a row's networks whose training failed. */
export function failedSeeds({ failures = [] }: AblationTableRow): number[] {
  return [...new Set(failures.map(({ seed }) => seed))];
}

/** Describes failed trainings, one sentence each. */
export function failureSentences({ rows }: Pick<AblationTable, 'rows'>): string[] {
  return rows.flatMap(({ title, failures = [] }) =>
    failures.map(({ seed, sentence }) => `${title}, seed ${seed}: ${sentence}`),
  );
}

/** Shows an ablation at the end of a cell: its rows for video features. */
export function ablationValue(table: AblationTable): ValueTable {
  const { seeds, steps, missing } = table;
  return {
    caption: `Ablation: linear probe on video features, ${steps} steps, ${seeds.length} seeds`,
    rows: ablationTableRows(table),
    notes: [
      ...failureSentences(table),
      ...(missing.length > 0 ? [`Not done yet: ${missing.join(', ')}.`] : []),
    ],
  };
}
