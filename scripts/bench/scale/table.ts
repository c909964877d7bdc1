import type { ScaleRow } from './run';
import { simulationTable } from './simulation';

/** Lines for a terminal. */
export function scaleTable(rows: readonly ScaleRow[]): string[] {
  if (rows.length === 0) return [];
  return [
    'Runs on several processes of this machine, in clips/s of all:',
    ...rows.map(line),
    '',
    ...simulationTable(),
  ];
}

function line({
  preset,
  batch,
  processes,
  clipsPerSecond,
  ofOne,
  ofOneLeast,
  ofOneMost,
  waiting,
}: ScaleRow): string {
  const head = `${preset}, batch ${batch}, ${processes} ${processes === 1 ? 'process' : 'processes'}`;
  const ratio = `${ofOne.toFixed(2)} of one (${ofOneLeast.toFixed(2)} to ${ofOneMost.toFixed(2)})`;
  const rest = processes === 1 ? '' : `; ${ratio}; ${Math.round(100 * waiting)} % spent waiting for others`;
  return `${head}: ${clipsPerSecond.toFixed(1)}${rest}`;
}
