import type { HealthRow } from './run';

/** Lines for a terminal: each run, and the first thing that was said of it. */
export function healthTable(rows: readonly HealthRow[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(({ kind, name, said, right }) => {
    const [first] = said;
    const words = first === undefined ? 'nothing said' : `step ${first.step}: ${first.sentence}`;
    return `${right ? 'right' : 'WRONG'}  ${kind}  ${name}: ${words}`;
  });
  const counts = (['failing', 'healthy'] as const).map((kind) => {
    const all = rows.filter((row) => row.kind === kind);
    return `${all.filter(({ right }) => right).length} of ${all.length} ${kind}`;
  });
  return [`Runs judged by their figures, right: ${counts.join(', ')}`, ...lines, ''];
}
