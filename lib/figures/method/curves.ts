import type { Figure, Line } from '../plotly';
import { packed } from '../packed';
import { dashOf, series, themed } from '../theme';
import { capital, counted, curveText, extent, namesText, numberText, spanText } from '../charts/altText';
import { levelLine, levelName } from '../charts/lines';
import { type CurveMark, markLines, markNames } from '../charts/marks';

export interface Curve {
  readonly name: string;
  readonly y: ArrayLike<number>;
  /** x coordinates of the values; default: 0, 1, 2, ... */
  readonly x?: ArrayLike<number>;
  readonly colour?: string;
  readonly dash?: Line['dash'];
}

export interface CurvesArgs {
  readonly curves: readonly Curve[];
  readonly title?: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Logarithmic value axis. */
  readonly log?: boolean;
  /** A named reference level. */
  readonly level?: { readonly value: number; readonly name: string };
  /** Events at places of the common axis, with their descriptions, in order. */
  readonly marks?: readonly CurveMark[];
  readonly height?: number;
  /** Shows a legend beside the figure; by default if there is more than one curve. */
  readonly legend?: boolean;
}

const mostPoints = 400;

/**
 * Curves over a common axis, such as losses over steps, schedules or filters.
 *
 * @example
 * ```ts
 * import { curvesFigure, show } from 'xkd';
 *
 * const curves = [{ name: 'loss', y: [4, 2, 1] }];
 * const figure = curvesFigure({ curves, xTitle: 'step', yTitle: 'loss' });
 * await show(figure); // Below the cell, in a notebook.
 * console.log(figure.layout.meta?.alt); // Loss over step, 0 to 2: loss from 4 to 1.
 * ```
 */
export function curvesFigure(args: CurvesArgs): Figure {
  const {
    curves,
    title,
    xTitle = 'place',
    yTitle = 'value',
    log = false,
    level,
    marks = [],
    height = 300,
  } = args;
  const { legend = curves.length > 1 } = args;
  const traces = curves.map(({ name, y, x, colour, dash }, i) => {
    const kept = thinned(y.length);
    return {
      type: 'scatter' as const,
      mode: 'lines' as const,
      name,
      x: packed(kept.map((k) => (x ? x[k] : k))),
      y: packed(kept.map((k) => y[k])),
      line: { color: colour ?? series[i % series.length], width: 2, dash: dash ?? dashOf(i) },
      hovertemplate: `%{y:.4~g}<extra>${name}</extra>`,
    };
  });
  const places = curves.flatMap(({ x, y }) => (x ? extent(x) : [0, y.length - 1]));
  const [first, last] = extent(places);
  const courses = curves.map((curve) => curveText(curve.name, curve.y));
  const notes = [
    level && `${level.name} is at ${numberText(level.value)}`,
    marks.length > 0 && `${counted(marks.length, 'change')} marked`,
  ].filter(Boolean);
  return themed(traces, {
    alt: `${capital(yTitle)} over ${xTitle}${last >= first ? `, ${spanText([first, last])}` : ''}: ${namesText(courses, 6)}.${notes.length > 0 ? ` ${capital(notes.join(', '))}.` : ''}`,
    title: title ? { text: title } : undefined,
    height,
    hovermode: 'x unified',
    showlegend: legend,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: { title: { text: xTitle } },
    yaxis: { title: { text: yTitle }, type: log ? 'log' : 'linear' },
    shapes: [...(level ? [levelLine(level.value)] : []), ...markLines(marks)],
    annotations: [
      ...(level ? [levelName(level.name, log ? Math.log10(level.value) : level.value)] : []),
      ...markNames(marks, last - first),
    ],
  });
}

/** Indices of the points drawn out of `count`: all, or every k-th and the last. */
function thinned(count: number): number[] {
  const every = Math.ceil(count / mostPoints);
  const kept = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  if (count > 0 && kept[kept.length - 1] !== count - 1) kept.push(count - 1);
  return kept;
}
