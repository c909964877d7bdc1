import type { Annotation, Shape } from '../plotly';
import { colours } from '../theme';

/** Vertical lines through the whole height of a figure, at given x values. */
export function uprightLines(places: Iterable<number>, line: Shape['line']): Shape[] {
  return Array.from(places, (x) => ({
    type: 'line',
    xref: 'x',
    yref: 'paper',
    x0: x,
    x1: x,
    y0: 0,
    y1: 1,
    line,
  }));
}

/** A dotted horizontal line through the whole width of a figure, at a given y value. */
export function levelLine(value: number): Shape {
  const line = { color: colours.bad, width: 1.5, dash: 'dot' as const };
  return { type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: value, y1: value, line };
}

/** Label of a level line, at its right end. */
export function levelName(text: string, y: number): Annotation {
  const place = { xref: 'paper', x: 1, yref: 'y', y, xanchor: 'right', yanchor: 'bottom' } as const;
  return {
    text,
    ...place,
    showarrow: false,
    bgcolor: colours.ground,
    font: { size: 11, color: colours.bad },
  };
}
