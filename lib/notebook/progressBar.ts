import { openDisplay } from './display';
import { Redrawing } from './redrawing';

/** A progress bar that is updated in place below the running cell. */
export interface ProgressBar {
  /** Sets the number of steps done, with a short note on the last one. */
  update(done: number, note?: string): void;
  /** Adds one. */
  advance(note?: string): void;
  /** Shows the last state. Call it when the loop has ended. */
  finish(note?: string): void;
}

export interface ProgressBarArgs {
  /** Unit of the count, such as `steps`. */
  readonly unit?: string;
  /** Steps done earlier, in a resumed run: they count towards the total, but not towards the rate. */
  readonly before?: number;
  /** Minimum time between two drawings [ms]. */
  readonly intervalMs?: number;
  /** Clock [ms], replaceable in tests. */
  readonly now?: () => number;
}

/**
 * Shows a progress bar with count, rate and time left.
 *
 * @param total total number of steps
 * @param label description of the work
 */
export function progressBar(total: number, label: string, args: ProgressBarArgs = {}): ProgressBar {
  const { unit = '', before = 0, intervalMs = 200, now = () => performance.now() } = args;
  const display = openDisplay();
  const start = now();
  let [done, note] = [before, ''];
  const draw = (): void => {
    const seconds = (now() - start) / 1000;
    display.update({ 'text/plain': progressLine({ done, before, total, label, unit, note, seconds }) });
  };
  const redrawing = new Redrawing(draw, { intervalMs, now });
  const update = (newDone: number, newNote = note): void => {
    [done, note] = [newDone, newNote];
    redrawing.ask();
  };
  redrawing.drawNow();
  return {
    update,
    advance: (newNote) => update(done + 1, newNote),
    finish(newNote = note) {
      note = newNote;
      redrawing.drawNow();
    },
  };
}

export interface ProgressState {
  readonly done: number;
  /** Number of steps done before the start. */
  readonly before?: number;
  readonly total: number;
  readonly label: string;
  readonly unit: string;
  readonly note: string;
  /** Time since the start. */
  readonly seconds: number;
}

/** One line of text: label, bar, count, rate, and the time left, or at the end the time taken. */
export function progressLine(state: ProgressState): string {
  const { done, before = 0, total, label, unit, note, seconds } = state;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * barWidth);
  const parts = [
    `${label} ${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)} ${Math.round(100 * share)} %`,
  ];
  parts.push(`${done}/${total}${unit && ` ${unit}`}`);
  if (done > before && seconds > 0) parts.push(...paceText(state));
  if (note) parts.push(note);
  return parts.join(' · ');
}

/** The rate, and the time left, or at the end the time taken. */
export function paceText({
  done,
  before = 0,
  total,
  seconds,
}: Pick<ProgressState, 'done' | 'before' | 'total' | 'seconds'>): string[] {
  const rate = (done - before) / seconds;
  return [
    `${rateText(rate)}/s`,
    done < total ? `${timeText((total - done) / rate)} left` : timeText(seconds),
  ];
}

const barWidth = 28;

function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
}

function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
