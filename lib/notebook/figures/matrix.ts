import type { ColourScale, Figure } from '../plotly';
import { hiddenAxis, rounded, scale, themed } from '../theme';

export interface MatrixArgs {
  /** `[rows, columns]`, row by row. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly title?: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Write the numbers into the cells; by default where there are at most 200. */
  readonly numbers?: boolean;
  readonly range?: readonly [number, number];
  readonly colourScale?: ColourScale;
  readonly cellPixels?: number;
}

/** A small tensor as a table of coloured cells; rows from top to bottom. */
export function matrixFigure(args: MatrixArgs): Figure {
  const { values, columns, title, xTitle, yTitle, range, colourScale = scale, cellPixels = 46 } = args;
  const { numbers = values.length <= 200 } = args;
  const rows = values.length / columns;
  const z = Array.from({ length: rows }, (_, r) =>
    rounded(Array.from({ length: columns }, (_, c) => values[r * columns + c])),
  );
  const titled = (text?: string) => (text ? { ...hiddenAxis, visible: true, title: { text } } : hiddenAxis);
  return themed(
    [
      {
        type: 'heatmap',
        z,
        zmin: range?.[0],
        zmax: range?.[1],
        colorscale: colourScale,
        showscale: !numbers,
        colorbar: { thickness: 10, outlinewidth: 0 },
        texttemplate: numbers ? '%{z}' : undefined,
        xgap: 2,
        ygap: 2,
        hovertemplate: 'row %{y}, column %{x}: %{z}<extra></extra>',
      },
    ],
    {
      title: title ? { text: title } : undefined,
      width: Math.min(860, columns * cellPixels + (numbers ? 80 : 150)),
      height: rows * Math.min(cellPixels, 34) + (title ? 44 : 12) + (xTitle ? 48 : 12),
      margin: { l: yTitle ? 56 : 12, r: 12, b: xTitle ? 48 : 12 },
      xaxis: { ...titled(xTitle), dtick: columns <= 20 ? 1 : undefined },
      yaxis: { ...titled(yTitle), dtick: rows <= 20 ? 1 : undefined, autorange: 'reversed' },
    },
  );
}
