import { type Overrides, lossSums, termNames, termRow } from '../config';
import type { LossTerm } from '../model';
import type { ConfigChange, PretrainingRun, ProbeFigure, StepMetrics } from '../train';
import { showsPanel } from './controls/shownPanels';
import { curvesFigure, type CurvesArgs } from './figures';
import type { CurveMark } from './figures/marks';
import { liveFigure } from './liveFigure';
import type { Figure } from './plotly';
import { progressBar, type ProgressBar } from './progressBar';
import { colours } from './theme';

/** Quantities with a curve over the steps: loss terms, and periodic probe metrics. */
export type WatchedFigure = LossTerm | ProbeFigure | 'clippedShare';

export interface WatchArgs {
  /** Quantities to draw; default: the total loss and its three parts. */
  readonly terms?: readonly WatchedFigure[];
  readonly title?: string;
  /** Logarithmic loss axis. */
  readonly log?: boolean;
  /** A named reference level. */
  readonly level?: CurvesArgs['level'];
  /** Changes during the run, to be marked; {@link watchTraining} uses those of the run. */
  readonly changes?: readonly ConfigChange[];
}

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
  args: WatchArgs = {},
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

/**
 * A change takes effect at the next step, which is up to two after the newest one drawn: one step is in
 * progress.
 */
const stepsAhead = 2;

/** Curves over steps: step metrics as a short running mean, probe metrics unsmoothed. */
export function lossesFigure(history: readonly StepMetrics[], args: WatchArgs = {}): Figure {
  const { terms = lossSums, title, log, level, changes = [] } = args;
  const x = history.map(({ step }) => step);
  return curvesFigure({
    curves: terms.map((term) => {
      const measured = history.filter((metrics) => metrics[term] !== undefined);
      const values = measured.map((metrics) => metrics[term]!);
      return {
        name: termName(term),
        x: measured.map(({ step }) => step),
        y: isOfProbes(term) ? values : runningMean(values),
        colour: colourOf(term),
      };
    }),
    title,
    xTitle: 'step',
    yTitle: lossTitle(terms, history),
    log,
    level,
    marks: changeMarks(changes, (x[x.length - 1] ?? -1) + stepsAhead),
    legend: true,
  });
}

/** Axis title of these terms of a training; some of them have a unit. */
export function lossTitle(terms: readonly WatchedFigure[], history: readonly StepMetrics[] = []): string {
  const probed = terms.some(isOfProbes);
  const name = terms.length === 1 ? termName(terms[0]) : probed ? 'figures of probes' : 'loss';
  if (probed) return name;
  const unit = commonUnit(terms.map((term) => unitOf(term, history)));
  return unit === '' ? name : `${name} ${unit}`;
}

function unitOf(figure: WatchedFigure, history: readonly StepMetrics[]): string {
  if (figure.endsWith('Entropy')) return '[nats]';
  const own = termNames.filter((term) => term === figure || termRow(term).loss === figure);
  // A loss has the unit of those of its terms that were used; without any, the paper's.
  const used = own.filter((term) => history.some((metrics) => metrics[term]));
  const shown = used.length > 0 ? used : own.filter((term) => term === figure || !termRow(term).ours);
  return commonUnit(shown.map((term) => termRow(term).unit));
}

function commonUnit(units: readonly string[]): string {
  return new Set(units).size === 1 ? units[0] : '';
}

/** Where a change alters the course of a curve, to within one step. */
function changeMarks(changes: readonly ConfigChange[], last: number): CurveMark[] {
  return changes
    .filter(({ step }) => step <= last)
    .map(({ step, values }) => ({
      x: step,
      values: Object.fromEntries(Object.entries(values).map(shortly)),
    }));
}

/** A key shortened as far as it stays recognisable, with its value. */
function shortly([key, value]: [string, Overrides[string]]): [name: string, value: string] {
  const words = key.split('.');
  const named = words.length > 2 ? words.slice(1) : words[0] === 'optimiser' ? words.slice(1) : words;
  const name = named.map((word) => word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)).join(' ');
  return [name, typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(value)];
}

/** Mean over the last `window` values, fewer at the start. */
export function runningMean(values: readonly number[], window = 10): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum += value - (i >= window ? values[i - window] : 0);
    return sum / Math.min(i + 1, window);
  });
}

/**
 * Turns `videoReconstruction` into `video reconstruction`, `audioTeacherProbeRank` into `audio teacher rank`.
 */
export function termName(term: WatchedFigure): string {
  const named = termNames.find((name) => name === term);
  if (named) return termRow(named).label;
  return term.replace('Probe', '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isOfProbes(term: WatchedFigure): boolean {
  return /Probe|Pairs$/.test(term);
}

/** The colour of the term's modality or part. */
function colourOf(term: WatchedFigure): string {
  if (term.startsWith('video')) return colours.video;
  if (term.startsWith('audio')) return colours.audio;
  return partColours[term] ?? colours.good;
}

const partColours: Partial<Record<WatchedFigure, string>> = {
  total: colours.text,
  reconstruction: colours.picture,
  distillation: colours.bad,
  teacherAlignment: colours.teacher,
};
