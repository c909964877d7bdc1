import { lossSums } from '../config/lossLookups';
import type { RunStatus } from '../train/runs/runStatus';
import { clock, gauge, short } from './progress';
import { terminalCurves } from './terminalCurves';

/** Size of the terminal. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The rate is computed from the mean time of this many steps. */
const recentSteps = 20;
const shownWarnings = 3;

/** A run as lines for a terminal: progress, curves, last warnings. */
export function watchScreen(status: RunStatus, { columns, rows }: ScreenSize): string[] {
  const { folder, config, data, clips, warnings } = status;
  const head = `${folder}: ${config.preset} on ${data}, ${clips} clips`;
  const curves = lossSums.map((term) => ({ name: term, values: status.rows.map((row) => row[term]) }));
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

/** Progress of a run: steps, rate, remaining time, learning rate. */
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

/** Names come from files, so their control characters must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
