import type { Figure } from '../plotly';
import { colours, rounded, series, themed } from '../theme';
import { numberText, valuesText } from './altText';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Half-width of the interval drawn on the bar. */
  readonly halfWidth?: number;
  readonly colour?: string;
}

export interface BarsArgs {
  readonly bars: readonly Bar[];
  readonly title?: string;
  readonly valueTitle?: string;
  readonly range?: readonly [number, number];
  /** A named reference level, such as chance. */
  readonly level?: { readonly value: number; readonly name: string };
}

/** Values side by side, each with its interval if it has one. */
export function barsFigure({ bars, title, valueTitle = 'value', range, level }: BarsArgs): Figure {
  const intervals = bars.some((bar) => bar.halfWidth !== undefined);
  return themed(
    [
      {
        type: 'bar',
        x: bars.map((bar) => bar.name),
        y: rounded(
          bars.map((bar) => bar.value),
          4,
        ),
        text: bars.map((bar) => String(Number(bar.value.toPrecision(3)))),
        textposition: intervals ? 'inside' : 'outside',
        insidetextanchor: 'start',
        insidetextfont: { color: colours.ground },
        marker: { color: bars.map((bar, i) => bar.colour ?? series[i % series.length]) },
        error_y: intervals
          ? {
              type: 'data',
              array: rounded(bars.map((bar) => bar.halfWidth ?? 0)),
              color: colours.text,
              thickness: 1.5,
            }
          : undefined,
        hovertemplate: '%{x}: %{y}<extra></extra>',
      },
    ],
    {
      alt: `Bars of ${valueTitle}: ${valuesText(bars)}${level ? `; ${level.name} is at ${numberText(level.value)}` : ''}.`,
      title: title ? { text: title } : undefined,
      height: 320,
      showlegend: false,
      bargap: 0.35,
      xaxis: { type: 'category' },
      yaxis: { title: { text: valueTitle }, range },
      shapes: level
        ? [
            {
              type: 'line',
              xref: 'paper',
              x0: 0,
              x1: 1,
              y0: level.value,
              y1: level.value,
              line: { color: colours.bad, width: 1.5, dash: 'dot' },
            },
          ]
        : [],
      annotations: level
        ? [
            {
              text: level.name,
              xref: 'paper',
              yref: 'y',
              x: 1,
              y: level.value,
              xanchor: 'right',
              yanchor: 'bottom',
              showarrow: false,
              bgcolor: colours.ground,
              font: { size: 11, color: colours.bad },
            },
          ]
        : [],
    },
  );
}
