import type { Annotation, Shape } from '../plotly';
import { colours } from '../theme';

/** One of several panels side by side; positions are shares of the figure's width. */
export interface PanelPlace {
  readonly start: number;
  readonly end: number;
  /** Suffix of `x` and `y` in the names of its axes: Plotly numbers them from 2; the first has no number. */
  readonly axis: '' | number;
}

/** Panels of equal width from left to right, with a gap between them. */
export function panelRow(count: number, gap: number): PanelPlace[] {
  const width = (1 - gap * (count - 1)) / count;
  return Array.from({ length: count }, (_, i) => {
    const start = i * (width + gap);
    return { start, end: Math.min(1, start + width), axis: i === 0 ? '' : i + 1 };
  });
}

/** A heading above a panel; it follows the panel's axes if they are moved on a narrow page. */
export function panelHeading(text: string, { axis }: PanelPlace): Annotation {
  const place = {
    xref: `x${axis} domain`,
    yref: `y${axis} domain`,
    xanchor: 'center',
    yanchor: 'bottom',
  } as const;
  return { text, ...place, x: 0.5, y: 1, showarrow: false, font: { size: 12, color: colours.text } };
}

/** A dotted line through a panel. */
export function panelLevel(value: number, { axis }: PanelPlace): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return {
    type: 'line',
    xref: `x${axis} domain`,
    yref: `y${axis}`,
    x0: 0,
    x1: 1,
    y0: value,
    y1: value,
    line,
  };
}
