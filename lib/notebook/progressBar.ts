import { openDisplay } from './display';

/** A bar that fills up in place below the running cell. */
export interface ProgressBar {
  /** Sets how many of the steps are done, with a few words on the last one. */
  update(done: number, note?: string): void;
  /** Adds one. */
  advance(note?: string): void;
  /** Shows the last state. Call it when the loop has ended. */
  finish(note?: string): void;
}

export interface ProgressBarArgs {
  /** What is counted, such as `steps`. */
  readonly unit?: string;
  /** Shortest time between two drawings [ms]. */
  readonly intervalMs?: number;
  /** Clock [ms], to be replaced in tests. */
  readonly now?: () => number;
}

/**
 * Shows a progress bar with count, rate and time left.
 *
 * @param total steps in all
 * @param label what is going on
 */
export function progressBar(total: number, label: string, args: ProgressBarArgs = {}): ProgressBar {
  const { unit = '', intervalMs = 200, now = () => performance.now() } = args;
  const display = openDisplay();
  const start = now();
  let drawn = -Infinity;
  let [done, note] = [0, ''];
  const draw = (): void => {
    drawn = now();
    const text = progressLine({ done, total, label, unit, note, seconds: (drawn - start) / 1000 });
    display.update({ 'text/plain': text });
  };
  const update = (newDone: number, newNote = note): void => {
    [done, note] = [newDone, newNote];
    if (now() - drawn >= intervalMs) draw();
  };
  draw();
  return {
    update,
    advance: (newNote) => update(done + 1, newNote),
    finish(newNote = note) {
      note = newNote;
      draw();
    },
  };
}

export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly label: string;
  readonly unit: string;
  readonly note: string;
  /** Time since the start. */
  readonly seconds: number;
}

/** One line of text: label, bar, count, rate, and the time left, or in the end the time taken. */
export function progressLine({ done, total, label, unit, note, seconds }: ProgressState): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * barWidth);
  const parts = [
    `${label} ${'━'.repeat(filled)}${'─'.repeat(barWidth - filled)} ${Math.round(100 * share)} %`,
  ];
  parts.push(`${done}/${total}${unit && ` ${unit}`}`);
  if (done > 0 && seconds > 0) {
    parts.push(`${rateText(done / seconds)}/s`);
    parts.push(done < total ? `${timeText((seconds / done) * (total - done))} left` : timeText(seconds));
  }
  if (note) parts.push(note);
  return parts.join(' · ');
}

const barWidth = 28;

function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2);
}

function timeText(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
