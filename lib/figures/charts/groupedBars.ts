import type { Annotation, Axis, BarTrace, Figure, Shape, MarkerPattern } from '../plotly';
import { colours, contenderColours, patternOf, rounded, themed } from '../theme';
import { panelHeading, panelLevel, panelRow } from './panelRow';
import { capital, numberText, valuesText } from './altText';

export interface BarSeries {
  readonly name: string;
  /** One value per group. */
  readonly values: readonly number[];
  /** Half-widths of the intervals drawn on the bars. */
  readonly halfWidths?: readonly number[];
  readonly colour?: string;
}

export interface BarPanel {
  readonly title: string;
  /** Each group holds one bar per series. */
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
  /** A named reference level, such as chance. */
  readonly level?: { readonly value: number; readonly name: string };
}

export interface GroupedBarsArgs {
  /** Panels side by side on one value axis; a series has the same colour in all of them. */
  readonly panels: readonly BarPanel[];
  readonly title?: string;
  readonly valueTitle?: string;
  readonly range?: readonly [number, number];
}

const gap = 0.04;

/**
 * Panels of grouped bars, for example our results beside published ones.
 *
 * @example
 * ```ts
 * import { groupedBarsFigure, show } from 'xkd';
 *
 * const series = [
 *   { name: 'here', values: [62, 55] },
 *   { name: 'paper', values: [60, 58] },
 * ];
 * const panel = { title: 'top-1 [%]', groups: ['video', 'audio'], series };
 * const figure = groupedBarsFigure({ panels: [panel] });
 * await show(figure); // Below the cell, in a notebook.
 * // One trace for each series.
 * console.log(figure.data.length); // 2
 * ```
 */
export function groupedBarsFigure({ panels, title, valueTitle = 'value', range }: GroupedBarsArgs): Figure {
  const uncoloured = panels.flatMap((panel) => panel.series.filter(({ colour }) => colour === undefined));
  const names = [...new Set(uncoloured.map(({ name }) => name))];
  const places = panelRow(panels.length, gap);
  const axes: Record<string, Axis> = {};
  const traces: BarTrace[] = [];
  const annotations: Annotation[] = [];
  const shapes: Shape[] = [];
  const named = new Set<string>();
  panels.forEach((panel, p) => {
    const { start, end, axis } = places[p];
    axes[`xaxis${axis}`] = { type: 'category', domain: [start, end], anchor: `y${axis}` };
    axes[`yaxis${axis}`] = {
      title: p === 0 ? { text: valueTitle } : undefined,
      range: range ?? roomAbove(panels),
      anchor: `x${axis}`,
      matches: p === 0 ? undefined : 'y',
      showticklabels: p === 0,
    };
    for (const bars of panel.series) {
      const colour = bars.colour ?? contenderColours[names.indexOf(bars.name) % contenderColours.length];
      const isNew = !named.has(bars.name);
      named.add(bars.name);
      const pattern = patternOf([...named].indexOf(bars.name));
      traces.push(trace(panel, bars, { axis, colour, pattern, showlegend: isNew }));
    }
    const { level } = panel;
    const text = level ? `${panel.title} (dotted: ${level.name})` : panel.title;
    annotations.push(panelHeading(text, places[p]));
    if (level) shapes.push(panelLevel(level.value, places[p]));
  });
  return themed(traces, {
    alt: panels.map((panel) => panelText(panel, valueTitle)).join(' '),
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

/** From 0 to above the labels of the highest bars, which would otherwise touch the heading. */
function roomAbove(panels: readonly BarPanel[]): readonly [number, number] | undefined {
  const all = panels.flatMap(({ series }) => series);
  if (all.some(({ halfWidths }) => halfWidths)) return undefined;
  const values = all.flatMap(({ values: own }) => own);
  const highest = Math.max(...values);
  return highest > 0 && Math.min(...values) >= 0 ? [0, 1.1 * highest] : undefined;
}

function panelText({ title, groups, series, level }: BarPanel, valueTitle: string): string {
  const bars = series.map(({ name, values }) => {
    const own = values.map((value, i) => ({ name: groups[i], value }));
    return `${name}: ${valuesText(own)}`;
  });
  const beside = level ? `; ${level.name} is ${numberText(level.value)}` : '';
  return `${capital(title)}, ${valueTitle}. ${bars.join('; ')}${beside}.`;
}

interface TracePlace {
  readonly axis: '' | number;
  readonly colour: string;
  readonly pattern: MarkerPattern;
  readonly showlegend: boolean;
}

/** Numbers within narrow bars are written upwards. */
const mostUpright = 8;

function trace(
  { groups, series }: BarPanel,
  { name, values, halfWidths }: BarSeries,
  { axis, colour, pattern, showlegend }: TracePlace,
): BarTrace {
  return {
    type: 'bar',
    name,
    legendgroup: name,
    showlegend,
    x: groups,
    y: rounded(values, 4),
    text: values.map((value) => String(Number(value.toPrecision(Math.abs(value) < 0.1 ? 2 : 3)))),
    textposition: halfWidths ? 'inside' : 'outside',
    insidetextanchor: 'start',
    textangle: halfWidths && groups.length * series.length > mostUpright ? -90 : 0,
    textfont: { size: 10 },
    insidetextfont: { size: 10, color: colours.ground },
    marker: { color: colour, pattern },
    error_y: halfWidths
      ? { type: 'data', array: rounded(halfWidths), color: colours.text, thickness: 1.5 }
      : undefined,
    xaxis: `x${axis}`,
    yaxis: `y${axis}`,
    hovertemplate: `%{x}: %{y}<extra>${name}</extra>`,
  };
}
