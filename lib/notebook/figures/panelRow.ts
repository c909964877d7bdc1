import type { Annotation, Shape } from '../plotly';
import { colours } from '../theme';

/** One of several panels side by side; places are shares of the figure's width. */
export interface PanelPlace {
  readonly start: number;
  readonly end: number;
  /** Behind `x` and `y` in the names of its axes: Plotly numbers them from 2, the first has no number. */
  readonly axis: '' | number;
}

/** Panels of equal width from the left to the right, with a gap between them. */
export function panelRow(count: number, gap: number): PanelPlace[] {
  const width = (1 - gap * (count - 1)) / count;
  return Array.from({ length: count }, (_, i) => {
    const start = i * (width + gap);
    return { start, end: Math.min(1, start + width), axis: i === 0 ? '' : i + 1 };
  });
}

/** A text above a panel. */
export function panelHeading(text: string, { start, end }: PanelPlace): Annotation {
  const place = { xref: 'paper', yref: 'paper', y: 1, xanchor: 'center', yanchor: 'bottom' } as const;
  return { text, ...place, x: (start + end) / 2, showarrow: false, font: { size: 12, color: colours.text } };
}

/** A dotted line through a panel. */
export function panelLevel(value: number, { start, end, axis }: PanelPlace): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return { type: 'line', xref: 'paper', yref: `y${axis}`, x0: start, x1: end, y0: value, y1: value, line };
}
