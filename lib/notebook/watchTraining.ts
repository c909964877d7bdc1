import type { Overrides } from '../config';
import type { LossTerm } from '../model';
import type { ConfigChange, PretrainingRun, StepMetrics } from '../train';
import { curvesFigure, type CurveMark, type CurvesArgs } from './figures';
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
  /** Changes during the run, to be marked; in {@link watchTraining} they are the run's. */
  readonly changes?: readonly ConfigChange[];
}

/**
 * Takes the steps of a run, or those that are left, with a progress bar and live curves below the cell.
 * JupyterLab's interrupt ends it after the running step; the run can continue in another cell. Changes during the run
 * are marked by vertical lines.
 *
 * @param history where the figures of the steps go, after those that are there. Make the list in an earlier
 *   cell: an interrupted cell loses the names that it declares
 */
export async function watchTraining(
  run: PretrainingRun,
  history: StepMetrics[],
  args: WatchArgs = {},
): Promise<void> {
  const { title = 'training' } = args;
  const first = run.state.step;
  const bar = progressBar(run.length.steps - first, title, { unit: 'steps' });
  const figure = () => lossesFigure(history, { changes: run.changes, ...args });
  const live = liveFigure(figure(), { intervalMs: 1000 });
  for await (const metrics of run) {
    history.push(metrics);
    bar.update(run.state.step - first, `loss ${metrics.total.toFixed(3)}`);
    live.update(figure);
  }
  bar.finish();
  live.finish();
}

/** Loss terms over steps, each as a running mean over a few steps. */
export function lossesFigure(history: readonly StepMetrics[], args: WatchArgs = {}): Figure {
  const {
    terms = ['total', 'reconstruction', 'distillation', 'alignment'],
    title,
    log,
    level,
    changes = [],
  } = args;
  const x = history.map(({ step }) => step);
  return curvesFigure({
    curves: terms.map((term) => ({
      name: termName(term),
      x,
      y: runningMean(history.map((metrics) => metrics[term])),
      ...style(term),
    })),
    title,
    xTitle: 'step',
    yTitle: 'loss',
    log,
    level,
    marks: changeMarks(changes, x[x.length - 1] ?? -1),
    legend: true,
  });
}

/** Where a curve over steps changes its course, up to a step. */
function changeMarks(changes: readonly ConfigChange[], last: number): CurveMark[] {
  const marks = new Map<number, Overrides>();
  for (const { step, values } of changes.filter((change) => change.step <= last)) {
    marks.set(step, { ...marks.get(step), ...values });
  }
  const text = (values: Overrides) =>
    Object.entries(values)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ');
  return [...marks].map(([x, values]) => ({ x, name: text(values) }));
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
export function termName(term: LossTerm): string {
  return term.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The colour of the modality; entropies are dotted, what concerns students only is dashed. */
function style(term: LossTerm): { colour?: string; dash?: 'dash' | 'dot' } {
  const dash = term.endsWith('Entropy') ? 'dot' : term.startsWith('student') ? 'dash' : undefined;
  if (term.startsWith('video')) return { colour: colours.video, dash };
  if (term.startsWith('audio')) return { colour: colours.audio, dash };
  return { colour: partColours[term] ?? colours.good, dash };
}

const partColours: Partial<Record<LossTerm, string>> = {
  total: colours.text,
  reconstruction: colours.picture,
  distillation: colours.bad,
  teacherAlignment: colours.teacher,
};
