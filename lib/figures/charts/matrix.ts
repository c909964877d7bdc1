import type { Axis, ColourScale, Figure } from '../plotly';
import { cellInk, cellScale, hiddenAxis, rounded, scale, themed } from '../theme';
import { counted, placeOfHighest, spanText } from './altText';

export interface MatrixArgs {
  /** `[rows, columns]`, row by row. */
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly title?: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
  /** Axis labels in place of indices from 0. */
  readonly columnNames?: readonly string[];
  readonly rowNames?: readonly string[];
  /** Writes the numbers into the cells; by default if there are at most 200. */
  readonly numbers?: boolean;
  readonly range?: readonly [number, number];
  readonly colourScale?: ColourScale;
  readonly cellPixels?: number;
}

/**
 * A small tensor as a table of coloured cells; rows run from top to bottom.
 *
 * @example
 * ```ts
 * import { matrixFigure, show } from 'xkd';
 *
 * const figure = matrixFigure({ values: [1, 2, 3, 4, 5, 6], columns: 3, title: 'a tensor' });
 * await show(figure); // Below the cell, in a notebook.
 * console.log(figure.data[0].type, figure.layout.title?.text); // heatmap a tensor
 * ```
 */
export function matrixFigure(args: MatrixArgs): Figure {
  const { values, columns, title, xTitle, yTitle, range, cellPixels = 46 } = args;
  const { numbers = values.length <= 200, columnNames, rowNames } = args;
  const { colourScale = numbers ? cellScale : scale } = args;
  const rows = values.length / columns;
  const z = Array.from({ length: rows }, (_, r) =>
    rounded(Array.from({ length: columns }, (_, c) => values[r * columns + c])),
  );
  const axis = (count: number, text?: string, names?: readonly string[]): Axis => {
    if (!text && !names) return hiddenAxis;
    const ticks = names
      ? { tickvals: names.map((_, i) => i), ticktext: names }
      : { dtick: count <= 20 ? 1 : undefined };
    return { ...hiddenAxis, visible: true, title: text ? { text } : undefined, ...ticks };
  };
  const highest = placeOfHighest(values);
  const nameOf = (names: readonly string[] | undefined, i: number) => names?.[i] ?? String(i);
  const where = `${yTitle ?? 'row'} ${nameOf(rowNames, Math.floor(highest / columns))}, ${xTitle ?? 'column'} ${nameOf(columnNames, highest % columns)}`;
  return themed(
    [
      {
        type: 'heatmap',
        z,
        zmin: range?.[0],
        zmax: range?.[1],
        colorscale: colourScale,
        showscale: !numbers,
        colorbar: { title: { text: 'value', side: 'right' }, thickness: 10, outlinewidth: 0 },
        texttemplate: numbers ? '%{z}' : undefined,
        textfont: { color: cellInk },
        xgap: 2,
        ygap: 2,
        hovertemplate: 'row %{y}, column %{x}: %{z}<extra></extra>',
      },
    ],
    {
      alt: `A table of ${counted(rows, 'row')} and ${counted(columns, 'column')} with values of ${spanText(values)}, the highest at ${where}.`,
      title: title ? { text: title } : undefined,
      width: Math.min(860, columns * cellPixels + (numbers ? 80 : 150)),
      height: rows * Math.min(cellPixels, 34) + (title ? 44 : 12) + (xTitle || columnNames ? 48 : 12),
      margin: { l: yTitle || rowNames ? 56 : 12, r: 12, b: xTitle || columnNames ? 48 : 12 },
      xaxis: axis(columns, xTitle, columnNames),
      yaxis: { ...axis(rows, yTitle, rowNames), autorange: 'reversed' },
    },
  );
}
