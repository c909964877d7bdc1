import type { RunStatus } from '../train/runStatus';
import { clock, gauge, short } from './progress';
import { terminalCurves } from './terminalCurves';

/** How large the terminal is. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const terms = ['total', 'reconstruction', 'distillation', 'alignment'] as const;
/** Steps whose mean time the rate follows from. */
const recentSteps = 20;
const shownWarnings = 3;

/** A run as the lines of a terminal: progress, curves, last warnings. */
export function watchScreen(status: RunStatus, { columns, rows }: ScreenSize): string[] {
  const { folder, config, data, clips, warnings } = status;
  const head = `${folder}: ${config.preset} on ${data}, ${clips} clips`;
  const curves = terms.map((term) => ({ name: term, values: status.rows.map((row) => row[term]) }));
  const told = warnings.slice(-shownWarnings).map(({ step, sentence }) => `step ${step}: ${sentence}`);
  const counted = warnings.length > told.length ? [`${warnings.length} warnings, the last of them:`] : [];
  const fixed = 2 + told.length + counted.length;
  const height = Math.min(Math.max(Math.floor((rows - 1 - fixed) / 2) - 1, 3), 8);
  const lines = [
    head,
    progressLine(status),
    ...terminalCurves(curves, { width: columns - 1, height }),
    ...counted,
    ...told,
  ];
  return lines.map((line) => printable(line).slice(0, columns - 1));
}

/** How far a run is: steps, rate, time left, learning rate. */
export function progressLine({ rows, step, steps, state }: RunStatus): string {
  const recent = rows.slice(-recentSteps);
  const seconds = recent.reduce((sum, row) => sum + row.secondsPerStep, 0) / recent.length;
  const last = rows[rows.length - 1];
  const parts = [
    `${step}/${steps} steps`,
    ...(seconds > 0 ? [`${short(1 / seconds)}/s`] : []),
    ...(state === 'running' && seconds > 0 ? [`${clock((steps - step) * seconds)} left`] : []),
    ...(last ? [`loss ${last.total.toFixed(3)}`, `learning rate ${last.learningRate.toExponential(2)}`] : []),
  ];
  return `${gauge(steps > 0 ? step / steps : 1)} ${parts.join('  ')}`;
}

/** Names come from files: nothing of them may steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
