import type { SvmRow } from './run';

/** Lines for a terminal. */
export function svmTable(rows: readonly SvmRow[]): string[] {
  if (rows.length === 0) return [];
  const version = rows.find(({ sklearn }) => sklearn)?.sklearn?.version;
  return [
    `Linear SVMs, one class against the others, cost ${rows[0].cost}${version ? `; beside LinearSVC of scikit-learn ${version}` : ''}`,
    ...rows.flatMap(lines),
    '',
  ];
}

function lines({ rows, columns, classes, seconds, passes, accuracy, sklearn }: SvmRow): string[] {
  const ours = `${rows} rows x ${columns}, ${classes} classes: ours ${seconds.toFixed(1)} s (${passes} passes), ${(1000 * (seconds / classes)).toFixed(0)} ms a class, top-1 ${percent(accuracy)}`;
  if (sklearn === null) return [ours];
  const each = sklearn.seconds / sklearn.problems;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const excess = sum(sklearn.ours) / sum(sklearn.theirs) - 1;
  return [
    ours,
    `  scikit-learn ${sklearn.seconds.toFixed(1)} s for ${sklearn.problems} classes, ${(1000 * each).toFixed(0)} ms a class` +
      `${sklearn.accuracy === null ? '' : `, top-1 ${percent(sklearn.accuracy)}`}${sklearn.converged ? '' : ', not converged'}` +
      `; ratio ${(seconds / classes / each).toFixed(3)}; our objective ${excess >= 0 ? 'above' : 'below'} theirs by ${Math.abs(excess).toExponential(1)} of it`,
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
