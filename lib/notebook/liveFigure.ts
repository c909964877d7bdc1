import { figureBundle, openDisplay } from './display';
import type { Figure } from '../figures/plotly';
import { Redrawing } from './redrawing';

/** A figure that is redrawn while a cell runs. */
export interface LiveFigure {
  /**
   * Shows a newer figure, built only when it is drawn: at most one every `intervalMs`, always ending with the
   * newest.
   *
   * @param soon true if the user waits for it: it is then drawn within a tenth of a second
   */
  update(newest: Figure | (() => Figure), soon?: boolean): void;
  /** Shows the newest figure if it is not shown yet. Call it when the loop has ended. */
  finish(): void;
}

export interface LiveFigureArgs {
  /** Minimum time between two drawings [ms]. */
  readonly intervalMs?: number;
  /** Clock [ms], replaceable in tests. */
  readonly now?: () => number;
}

/** Shows a figure and keeps it up to date in place. */
export function liveFigure(figure: Figure, args: LiveFigureArgs = {}): LiveFigure {
  const { intervalMs = 300, now = () => performance.now() } = args;
  const display = openDisplay();
  let latest: Figure | (() => Figure) = figure;
  const redrawing = new Redrawing(
    () => display.update(figureBundle(typeof latest === 'function' ? latest() : latest)),
    { intervalMs, now },
  );
  redrawing.drawNow();
  return {
    update(newest, soon) {
      latest = newest;
      redrawing.ask(soon);
    },
    finish: () => redrawing.finish(),
  };
}
