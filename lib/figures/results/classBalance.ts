import type { DatasetSurvey } from '../../data/survey';
import type { BarTrace, Figure } from '../plotly';
import { buttonRow, colours, patternOf, series, themed } from '../theme';
import { counted, valuesText } from '../charts/altText';

export type ClassBalanceArgs = Pick<DatasetSurvey, 'classes' | 'parts'> & {
  readonly title?: string;
};

/** Maximum number of classes shown at once; the range slider below moves through the rest. */
const mostAtOnce = 40;
/** Folds overlap, so only the first of several is drawn. */
const isDrawn = (name: string): boolean => !/^[2-9]\d* /.test(name);

/** Clips per class by split, and how many are missing; drag to see further classes. */
export function classBalanceFigure({ classes, parts, title }: ClassBalanceArgs): Figure {
  const names = classes.map(({ name }) => name);
  const drawn = parts.flatMap(({ name, present }, p) => (present > 0 && isDrawn(name) ? [p] : []));
  const traces = drawn.map((p, i) =>
    bars(
      parts[p].name,
      names,
      classes.map((own) => own.parts[p]),
      i,
    ),
  );
  const missing = classes.map(({ listed, present }) => listed - present);
  if (missing.some((count) => count > 0))
    traces.push(bars('missing', names, missing, traces.length, colours.bad));
  const absent = missing.reduce((a, b) => a + b, 0);
  const sizes = classes.map(({ name, present }) => ({ name, value: present }));
  const order = (categoryorder: string, label: string) => ({
    label,
    method: 'update' as const,
    args: [{}, { 'xaxis.categoryorder': categoryorder }] as const,
  });
  const isLong = names.length > mostAtOnce;
  return themed(traces, {
    alt: `Clips of each of ${counted(names.length, 'class', 'classes')}, stacked by part: ${valuesText(sizes)}${absent > 0 ? `; ${absent} listed clips are missing` : ''}.`,
    title: title ? { text: title } : undefined,
    height: isLong ? 460 : 400,
    margin: { t: 100 },
    barmode: 'stack',
    bargap: 0.15,
    dragmode: isLong ? 'pan' : 'zoom',
    hovermode: 'x unified',
    showlegend: true,
    legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
    xaxis: {
      title: { text: 'class' },
      type: 'category',
      categoryorder: 'total descending',
      tickangle: -55,
      dtick: 1,
      ...(isLong && { range: [-0.5, mostAtOnce - 0.5], rangeslider: { visible: true, thickness: 0.08 } }),
    },
    yaxis: { title: { text: 'clips' }, fixedrange: isLong },
    updatemenus: [
      buttonRow([order('total descending', 'by size'), order('category ascending', 'by name')], 1.1),
    ],
  });
}

function bars(
  name: string,
  x: readonly string[],
  y: readonly number[],
  i: number,
  color = series[i % series.length],
): BarTrace {
  return {
    type: 'bar',
    name,
    x,
    y,
    marker: { color, pattern: patternOf(i) },
    hovertemplate: `%{y} ${name}<extra></extra>`,
  };
}
