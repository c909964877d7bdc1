import type { ProtocolResult } from '../../eval';
import type { Figure } from '../plotly';
import { colours, contenderColours, dashOf, symbolOf, themed } from '../theme';
import { curveText, namesText, numberText, spanText } from '../charts/altText';

export interface FewLabelsArgs {
  /** Results of `evaluateFewLabels`, by network name. */
  readonly curves: readonly { readonly name: string; readonly result: ProtocolResult }[];
  /** Chance level of top-1, from 0 to 1. */
  readonly chance: number;
  readonly title?: string;
}

/** top-1 over the share of labels used for training, with the interval over the draws. */
export function fewLabelsFigure({ curves, chance, title }: FewLabelsArgs): Figure {
  const traces = curves.map(({ name, result: { metrics, intervals = {} } }, i) => {
    const points = Object.entries(metrics).flatMap(([metric, value]) => {
      const share = /^top1@(.+)%$/.exec(metric)?.[1];
      return share === undefined ? [] : [{ share: Number(share), value, interval: intervals[metric] }];
    });
    const color = contenderColours[i % contenderColours.length];
    return {
      type: 'scatter' as const,
      mode: 'lines+markers' as const,
      name,
      x: points.map(({ share }) => share),
      y: points.map(({ value }) => 100 * value),
      error_y: {
        type: 'data' as const,
        array: points.map(({ value, interval }) => 100 * ((interval?.high ?? value) - value)),
        arrayminus: points.map(({ value, interval }) => 100 * (value - (interval?.low ?? value))),
        color,
        thickness: 1.5,
      },
      line: { color, width: 2, dash: dashOf(i) },
      marker: { color, size: 8, symbol: symbolOf(i) },
      hovertemplate: `%{x} % of the labels: %{y:.1f} %<extra>${name}</extra>`,
    };
  });
  const shares = [...new Set(traces.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  const level = 100 * chance;
  return themed(traces, {
    alt: `Top-1 on test clips over the share of labels, ${spanText(shares, ' %')}: ${namesText(traces.map(({ name, y }) => curveText(name, y)))}. Chance is ${numberText(level)} %.`,
    title: title ? { text: title } : undefined,
    height: 340,
    showlegend: curves.length > 1,
    legend: { x: 0.02, y: 0.98 },
    xaxis: {
      type: 'log',
      title: { text: 'labels that are learnt from [%]' },
      tickvals: shares,
      ticktext: shares.map(String),
    },
    yaxis: { title: { text: 'top-1 on test clips [%]' }, range: [0, 104] },
    shapes: [{ type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: level, y1: level, line }],
    annotations: [
      { text: 'chance', xref: 'paper', yref: 'y', x: 1, y: level, xanchor: 'right', yanchor: 'bottom', showarrow: false, bgcolor: colours.ground, font: { size: 11, color: colours.bad } }, // prettier-ignore
    ],
  });
}
