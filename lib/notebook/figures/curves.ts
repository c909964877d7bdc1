import type { Figure, Line, Shape } from '../plotly';
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
  readonly height?: number;
  /** Name the curves beside the figure; by default where there is more than one. */
  readonly legend?: boolean;
}

const mostPoints = 400;

/** Curves over a common axis: losses over steps, schedules, filters. */
export function curvesFigure(args: CurvesArgs): Figure {
  const { curves, title, xTitle, yTitle, log = false, level, height = 300 } = args;
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
    shapes: level ? [levelLine(level.value)] : [],
    annotations: level
      ? [
          {
            text: level.name,
            xref: 'paper',
            yref: 'y',
            x: 1,
            y: log ? Math.log10(level.value) : level.value,
            xanchor: 'right',
            yanchor: 'bottom',
            showarrow: false,
            font: { size: 11, color: colours.bad },
          },
        ]
      : [],
  });
}

function levelLine(value: number): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return { type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: value, y1: value, line };
}

/** Which of `count` points are drawn: all, or every k-th and the last. */
function thinned(count: number): number[] {
  const every = Math.ceil(count / mostPoints);
  const kept = Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every);
  if (count > 0 && kept[kept.length - 1] !== count - 1) kept.push(count - 1);
  return kept;
}
