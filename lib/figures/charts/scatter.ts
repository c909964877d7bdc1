import type { Figure, ScatterTrace } from '../plotly';
import { rounded, series, symbolOf, themed } from '../theme';
import { capital, namesText, spanText } from './altText';

export interface ScatterGroup {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Hover text of each point. */
  readonly text?: readonly string[];
}

export interface ScatterArgs {
  readonly groups: readonly ScatterGroup[];
  readonly title?: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
}

/** One quantity against another, one colour per group; a click on the legend hides a group. */
export function scatterFigure({ groups, title, xTitle = 'x', yTitle = 'y' }: ScatterArgs): Figure {
  const traces = groups.map(({ name, x, y, text }, i): ScatterTrace => ({
    type: 'scatter',
    mode: 'markers',
    name,
    x: rounded(x, 4),
    y: rounded(y, 4),
    text,
    marker: { size: 9, opacity: 0.85, color: series[i % series.length], symbol: symbolOf(i) },
    hovertemplate: `${text ? '%{text}: ' : ''}%{x}, %{y}<extra>${name}</extra>`,
  }));
  return themed(traces, {
    alt: `${capital(yTitle)} over ${xTitle}: ${namesText(
      groups.map(({ name, x, y }) => `${name} at ${spanText(x)} with ${spanText(y)}`),
      10,
    )}.`,
    title: title ? { text: title } : undefined,
    height: 380,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: { title: { text: xTitle } },
    yaxis: { title: { text: yTitle } },
  });
}
