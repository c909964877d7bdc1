import { type Overrides, lossSums, termNames, termRow } from '../../config';
import type { LossTerm } from '../../model';
import type { ConfigChange, ProbeFigure, StepMetrics } from '../../train';
import type { CurveMark } from '../charts/marks';
import type { Figure } from '../plotly';
import { colours } from '../theme';
import { curvesFigure, type CurvesArgs } from './curves';

/** Quantities with a curve over the steps: loss terms, and periodic probe metrics. */
export type WatchedFigure = LossTerm | ProbeFigure | 'clippedShare';

export interface LossCurvesArgs {
  /** Quantities to draw; default: the total loss and its three parts. */
  readonly terms?: readonly WatchedFigure[];
  readonly title?: string;
  /** Logarithmic loss axis. */
  readonly log?: boolean;
  /** A named reference level. */
  readonly level?: CurvesArgs['level'];
  /** Changes during the run, to be marked; `watchTraining` uses those of the run. */
  readonly changes?: readonly ConfigChange[];
}

/**
 * A change takes effect at the next step, which is up to two after the newest one drawn: one step is in
 * progress.
 */
const stepsAhead = 2;

/**
 * Curves over steps: step metrics as a short running mean, probe metrics unsmoothed.
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { configure, lossesFigure, openPretraining } from 'xkd';
 * import { makeSampleSet } from 'xkd/internal';
 *
 * const { folder } = await makeSampleSet({ out: join(tmpdir(), 'drawn'), train: 4, test: 0 });
 * const config = configure('nano', { 'training.batch': 4, 'training.steps': 2 });
 * const run = await openPretraining({ config, data: folder, out: null, eager: true });
 * const history = [await run.step(), await run.step()];
 * const figure = lossesFigure(history, { terms: ['total', 'reconstruction'] });
 * console.log(figure.data.map(({ name }) => name)); // [ 'total', 'reconstruction' ]
 * await run.close();
 * run.state.dispose();
 * ```
 */
export function lossesFigure(history: readonly StepMetrics[], args: LossCurvesArgs = {}): Figure {
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
