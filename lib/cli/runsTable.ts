import type { Override } from '../config';
import { lossSums } from '../config/lossLookups';
import type { RunComparison } from '../train/runs/compareRuns';
import type { RunStatus } from '../train/runs/runStatus';
import { formatTable } from './table';

/** Runs as a table: status, last losses, and the configuration values that differ. */
export function formatRuns({ runs, keys, values, unreadable }: RunComparison): string {
  const head = ['run', 'state', 'steps', ...lossSums, 'warnings', ...keys];
  const rows = runs.map((run, i) => [
    ...[run.folder, run.state, `${run.step}/${run.steps}`],
    ...lastLosses(run),
    String(run.warnings.length),
    ...values[i].map(valueText),
  ]);
  const notes = [
    ...(runs.length > 1 && keys.length === 0 ? ['Their configurations do not differ.'] : []),
    ...unreadable.map(({ folder, reason }) => `left out: ${folder}: ${reason}`),
  ];
  const table = runs.length > 0 ? formatTable(head, rows) : [];
  return [...table, ...notes].map((line) => `${line.replace(/\p{Cc}/gu, '?')}\n`).join('');
}

/** The same for other programs, with the last figures only. */
export function runsAsJson({ runs, keys, values, unreadable }: RunComparison): string {
  const list = runs.map(({ folder, state, step, steps, data, clips, rows, warnings, config }, i) => ({
    ...{ folder, state, step, steps, data, clips },
    last: rows[rows.length - 1] ?? null,
    warnings,
    differs: Object.fromEntries(keys.map((key, k) => [key, values[i][k]])),
    config,
  }));
  return `${JSON.stringify({ runs: list, unreadable }, null, 2)}\n`;
}

function lastLosses({ rows }: RunStatus): string[] {
  const last = rows[rows.length - 1];
  return lossSums.map((term) => last?.[term]?.toFixed(3) ?? '');
}

function valueText(value: Override | undefined): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
