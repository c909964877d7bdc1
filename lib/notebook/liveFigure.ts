import { figureBundle, openDisplay } from './display';
import type { Figure } from './plotly';

/** A figure that is redrawn while a cell runs. */
export interface LiveFigure {
  /** Shows a newer figure, built only when it is drawn: at most every `intervalMs`, the newest last. */
  update(newest: Figure | (() => Figure)): void;
  /** Shows the newest figure if it is not on show yet. Call it when the loop has ended. */
  finish(): void;
}

export interface LiveFigureArgs {
  /** Shortest time between two drawings [ms]. */
  readonly intervalMs?: number;
  /** Clock [ms], to be replaced in tests. */
  readonly now?: () => number;
}

/** Shows a figure and keeps it up to date in place. */
export function liveFigure(figure: Figure, args: LiveFigureArgs = {}): LiveFigure {
  const { intervalMs = 300, now = () => performance.now() } = args;
  const display = openDisplay();
  let drawn = -Infinity;
  let waiting: Figure | (() => Figure) | null = null;
  const draw = (newest: Figure | (() => Figure)): void => {
    display.update(figureBundle(typeof newest === 'function' ? newest() : newest));
    drawn = now();
    waiting = null;
  };
  draw(figure);
  return {
    update(newest) {
      if (now() - drawn >= intervalMs) draw(newest);
      else waiting = newest;
    },
    finish() {
      if (waiting !== null) draw(waiting);
    },
  };
}
