import type { Annotation, Axis, BarTrace, Figure, Shape } from '../plotly';
import { colours, contenderColours, rounded, themed } from '../theme';

export interface BarSeries {
  readonly name: string;
  /** One for each group. */
  readonly values: readonly number[];
  /** Half the widths of the intervals drawn on the bars. */
  readonly halfWidths?: readonly number[];
  readonly colour?: string;
}

export interface BarPanel {
  readonly title: string;
  /** A bar for each series stands in each. */
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
  /** A level to compare with, and its name, such as chance. */
  readonly level?: { readonly value: number; readonly name: string };
}

export interface GroupedBarsArgs {
  /** Side by side on one value axis; a series has one colour in all of them. */
  readonly panels: readonly BarPanel[];
  readonly title?: string;
  readonly valueTitle?: string;
  readonly range?: readonly [number, number];
}

const gap = 0.04;

/** Bars in groups, several panels of them: what was measured here beside what was published. */
export function groupedBarsFigure({ panels, title, valueTitle, range }: GroupedBarsArgs): Figure {
  const uncoloured = panels.flatMap((panel) => panel.series.filter(({ colour }) => colour === undefined));
  const names = [...new Set(uncoloured.map(({ name }) => name))];
  const width = (1 - gap * (panels.length - 1)) / panels.length;
  const axes: Record<string, Axis> = {};
  const traces: BarTrace[] = [];
  const annotations: Annotation[] = [];
  const shapes: Shape[] = [];
  const named = new Set<string>();
  panels.forEach((panel, p) => {
    const start = p * (width + gap);
    const end = Math.min(1, start + width);
    axes[`xaxis${suffix(p)}`] = { type: 'category', domain: [start, end], anchor: `y${suffix(p)}` };
    axes[`yaxis${suffix(p)}`] = {
      title: p === 0 && valueTitle ? { text: valueTitle } : undefined,
      range,
      anchor: `x${suffix(p)}`,
      matches: p === 0 ? undefined : 'y',
      showticklabels: p === 0,
    };
    for (const bars of panel.series) {
      const colour = bars.colour ?? contenderColours[names.indexOf(bars.name) % contenderColours.length];
      traces.push(trace(panel, bars, { panel: p, colour, showlegend: !named.has(bars.name) }));
      named.add(bars.name);
    }
    const { level } = panel;
    const text = level ? `${panel.title} (dotted: ${level.name})` : panel.title;
    annotations.push(heading(text, (start + end) / 2));
    if (level) shapes.push(levelLine(level.value, [start, end], `y${suffix(p)}`));
  });
  return themed(traces, {
    title: title ? { text: title } : undefined,
    height: 360,
    margin: { t: title ? 68 : 28 },
    barmode: 'group',
    bargap: 0.25,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    ...axes,
    shapes,
    annotations,
  });
}

interface TracePlace {
  readonly panel: number;
  readonly colour: string;
  readonly showlegend: boolean;
}

function trace(
  { groups }: BarPanel,
  { name, values, halfWidths }: BarSeries,
  { panel, colour, showlegend }: TracePlace,
): BarTrace {
  return {
    type: 'bar',
    name,
    legendgroup: name,
    showlegend,
    x: groups,
    y: rounded(values, 4),
    text: values.map((value) => String(Number(value.toPrecision(3)))),
    textposition: halfWidths ? 'inside' : 'outside',
    insidetextanchor: 'start',
    textangle: 0,
    textfont: { size: 10 },
    insidetextfont: { size: 10, color: '#ffffff' },
    marker: { color: colour },
    error_y: halfWidths
      ? { type: 'data', array: rounded(halfWidths), color: colours.text, thickness: 1.5 }
      : undefined,
    xaxis: `x${suffix(panel)}`,
    yaxis: `y${suffix(panel)}`,
    hovertemplate: `%{x}: %{y}<extra>${name}</extra>`,
  };
}

function levelLine(value: number, [x0, x1]: readonly [number, number], yref: string): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return { type: 'line', xref: 'paper', yref, x0, x1, y0: value, y1: value, line };
}

function heading(text: string, x: number): Annotation {
  const place = { xref: 'paper', yref: 'paper', x, y: 1, xanchor: 'center', yanchor: 'bottom' } as const;
  return { text, ...place, showarrow: false, font: { size: 12 } };
}

/** Plotly numbers axes from 2; the first has no number. */
function suffix(panel: number): '' | number {
  return panel === 0 ? '' : panel + 1;
}
