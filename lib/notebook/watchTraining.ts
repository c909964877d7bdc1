import { lossTerms, type LossTerm } from '../model';
import type { PretrainingRun, StepMetrics } from '../train';
import { curvesFigure, type CurvesArgs } from './figures';
import { liveFigure } from './liveFigure';
import type { Figure } from './plotly';
import { progressBar } from './progressBar';
import { colours } from './theme';

export interface WatchArgs {
  /** Terms to draw; default: total and its three parts. */
  readonly terms?: readonly LossTerm[];
  readonly title?: string;
  /** Logarithmic loss axis. */
  readonly log?: boolean;
  /** A level to compare with, and its name. */
  readonly level?: CurvesArgs['level'];
}

/**
 * Takes the steps of a run, or those that are left, with a progress bar and live curves below the cell.
 * JupyterLab's interrupt ends it after the running step; the run can go on in another cell.
 *
 * @returns the figures of all steps
 */
export async function watchTraining(run: PretrainingRun, args: WatchArgs = {}): Promise<StepMetrics[]> {
  const history: StepMetrics[] = [];
  const bar = progressBar(run.length.steps - run.state.step, args.title ?? 'training', { unit: 'steps' });
  const live = liveFigure(lossesFigure(history, args), { intervalMs: 1000 });
  for await (const metrics of run) {
    history.push(metrics);
    bar.update(history.length, `loss ${metrics.total.toFixed(3)}`);
    live.update(() => lossesFigure(history, args));
  }
  bar.finish();
  live.finish();
  return history;
}

/** Loss terms over steps, each as a running mean over a few steps. */
export function lossesFigure(history: readonly StepMetrics[], args: WatchArgs = {}): Figure {
  const { terms = ['total', 'reconstruction', 'distillation', 'alignment'], title, log, level } = args;
  const x = history.map(({ step }) => step);
  return curvesFigure({
    curves: terms.map((term) => ({
      name: names[term],
      x,
      y: runningMean(history.map((metrics) => metrics[term])),
      ...style(term),
    })),
    title,
    xTitle: 'step',
    yTitle: 'loss',
    log,
    level,
    legend: true,
  });
}

/** Mean over the last `window` values, fewer at the start. */
export function runningMean(values: readonly number[], window = 10): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= window ? values[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}

/** `videoReconstruction` as `video reconstruction`. */
const names = Object.fromEntries(
  lossTerms.map((term) => [term, term.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
) as Record<LossTerm, string>;

/** The colour of a modality, dashed for a student's own term. */
function style(term: LossTerm): { colour?: string; dash?: 'dash' } {
  const dash = term.includes('Student') ? ('dash' as const) : undefined;
  if (term.startsWith('video')) return { colour: colours.video, dash };
  if (term.startsWith('audio')) return { colour: colours.audio, dash };
  return {
    colour:
      { total: colours.text, reconstruction: '#1596a0', distillation: colours.bad }[term as string] ??
      colours.good,
  };
}
