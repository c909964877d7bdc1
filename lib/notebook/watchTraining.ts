import { lossesFigure, type LossCurvesArgs } from '../figures';
import type { PretrainingRun, StepMetrics } from '../train';
import { showsPanel } from './controls/shownPanels';
import { liveFigure } from './liveFigure';
import { progressBar, type ProgressBar } from './progressBar';

/**
 * Takes the steps of a run, or the remaining ones, with live curves below the cell, and a progress bar unless
 * a control panel shows one. JupyterLab's interrupt stops it after the running step; the run can continue in
 * another cell. Changes during the run are marked by vertical lines as soon as they are made.
 *
 * @param history receives the metrics of the steps, appended. Create the list in an earlier cell: an
 * interrupted cell loses the names that it declares
 */
export async function watchTraining(
  run: PretrainingRun,
  history: StepMetrics[],
  args: LossCurvesArgs = {},
): Promise<void> {
  const { title = 'training' } = args;
  const { steps } = run.length;
  // The panel's own bar shows the same.
  const bar: ProgressBar | null = showsPanel(run)
    ? null
    : progressBar(steps, title, { unit: 'steps', before: run.state.step });
  const figure = () => lossesFigure(history, { changes: run.changes, ...args });
  const live = liveFigure(figure(), { intervalMs: 1000 });
  let marked = run.changes;
  const stopObserving = run.observe(() => {
    if (run.changes === marked) return;
    marked = run.changes;
    live.update(figure, true);
  });
  try {
    for await (const metrics of run) {
      history.push(metrics);
      bar?.update(run.state.step, `loss ${metrics.total.toFixed(3)}`);
      // The user waits for a single step.
      live.update(figure, run.control.paused);
    }
  } finally {
    stopObserving();
    bar?.finish();
    live.finish();
  }
}
