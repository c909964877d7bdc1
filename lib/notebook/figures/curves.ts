import type { Annotation, Figure, Line, Shape } from '../plotly';
import { packed } from '../packed';
import { colours, series, themed } from '../theme';

export interface Curve {
  readonly name: string;
  readonly y: ArrayLike<number>;
  /** Places of the values; without it they are counted from 0. */
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
  /** A level to compare with, and its name. */
  readonly level?: { readonly value: number; readonly name: string };
  /** Places of the common axis where something happened, and what, in their order. */
  readonly marks?: readonly CurveMark[];
  readonly height?: number;
  /** Name the curves beside the figure; by default where there is more than one. */
  readonly legend?: boolean;
}

export interface CurveMark {
  readonly x: number;
  readonly name: string;
}

const mostPoints = 400;

/** Curves over a common axis: losses over steps, schedules, filters. */
export function curvesFigure(args: CurvesArgs): Figure {
  const { curves, title, xTitle, yTitle, log = false, level, marks = [], height = 300 } = args;
  const { legend = curves.length > 1 } = args;
  const traces = curves.map(({ name, y, x, colour, dash }, i) => {
    const kept = thinned(y.length);
    return {
      type: 'scatter' as const,
      mode: 'lines' as const,
      name,
      x: packed(kept.map((k) => (x ? x[k] : k))),
      y: packed(kept.map((k) => y[k])),
      line: { color: colour ?? series[i % series.length], width: 2, dash },
      hovertemplate: `%{y:.4~g}<extra>${name}</extra>`,
    };
  });
  return themed(traces, {
    title: title ? { text: title } : undefined,
    height,
    hovermode: 'x unified',
    showlegend: legend,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: { title: xTitle ? { text: xTitle } : undefined },
    yaxis: { title: yTitle ? { text: yTitle } : undefined, type: log ? 'log' : 'linear' },
    shapes: [...(level ? [levelLine(level.value)] : []), ...marks.map(({ x }) => markLine(x))],
    annotations: [
      ...(level ? [levelName(level.name, log ? Math.log10(level.value) : level.value)] : []),
      ...legible(marks).map(markName),
    ],
  });
}

function levelLine(value: number): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return { type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: value, y1: value, line };
}

function levelName(text: string, y: number): Annotation {
  const place = { xref: 'paper', x: 1, yref: 'y', y, xanchor: 'right', yanchor: 'bottom' } as const;
  return { text, ...place, showarrow: false, font: { size: 11, color: colours.bad } };
}

function markLine(x: number): Shape {
  const line = { color: colours.text, width: 1, dash: 'dash' as const };
  return { type: 'line', xref: 'x', yref: 'paper', x0: x, x1: x, y0: 0, y1: 1, line };
}

/** Written upwards along the line, on its left. */
function markName({ x, name }: CurveMark): Annotation {
  const place = { xref: 'x', x, xshift: -2, yref: 'paper', y: 1, xanchor: 'right', yanchor: 'top' } as const;
  return { text: name, ...place, textangle: -90, showarrow: false, font: { size: 10, color: colours.text } };
}

/** The marks whose names don't cover each other: of those that lie close, the last. */
function legible(marks: readonly CurveMark[]): readonly CurveMark[] {
  const reach = Math.max(0, ...marks.map(({ x }) => x));
  return marks.filter(({ x }, i) => i === marks.length - 1 || marks[i + 1].x - x > reach / 40);
}

/** Which of `count` points are drawn: all, or every k-th and the last. */
function thinned(count: number): number[] {
  const every = Math.ceil(count / mostPoints);
  const kept = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  if (count > 0 && kept[kept.length - 1] !== count - 1) kept.push(count - 1);
  return kept;
}
