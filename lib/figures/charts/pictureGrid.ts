import type { Picture } from '../picture';
import type { Annotation, Figure, LayoutImage, Shape } from '../plotly';
import { hiddenAxis, themed } from '../theme';
import { counted, namesText } from './altText';

export interface PictureGridArgs {
  /** Pictures row by row; rows may differ in length. */
  readonly rows: readonly (readonly Picture[])[];
  readonly title?: string;
  /** Alternative text; default: the number of pictures and the titles of their rows. */
  readonly alt?: string;
  /** One title to the left of each row. */
  readonly rowTitles?: readonly string[];
  /** One title above each column. */
  readonly columnTitles?: readonly string[];
  /** Hover texts, row by row. */
  readonly hover?: readonly (readonly string[])[];
  /** Drawn over the pictures; column c spans x from c to c + 1, row r spans y from r to r + 1. */
  readonly shapes?: readonly Shape[];
  /** Maximum width of a picture on the page [px]. */
  readonly cellPixels?: number;
}

const mostWidthPixels = 860;
const gap = 0.03;

/**
 * A grid of pictures, each with its own aspect ratio.
 *
 * @example
 * ```ts
 * import { encodePicture, pictureGridFigure, show } from 'xkd';
 *
 * const picture = (grey: number) =>
 *   encodePicture({ data: new Uint8Array(192).fill(grey), width: 8, height: 8 });
 * const figure = pictureGridFigure({ rows: [[picture(0), picture(255)]], columnTitles: ['black', 'white'] });
 * await show(figure); // Below the cell, in a notebook.
 * console.log(figure.layout.images?.length); // 2
 * ```
 */
export function pictureGridFigure(args: PictureGridArgs): Figure {
  const { rows, title, rowTitles = [], columnTitles = [], shapes = [], cellPixels = 128 } = args;
  const columns = Math.max(...rows.map((row) => row.length));
  const { width, height } = rows[0][0];
  const left = rowTitles.length > 0 ? 112 : 8;
  const cellWidth = Math.min(cellPixels, (mostWidthPixels - left) / columns);
  const cellHeight = cellWidth * (height / width);
  const top = (title ? 40 : 8) + (columnTitles.length > 0 ? 18 : 0);
  return themed(hoverPoints(args), {
    alt: args.alt ?? altOf(args),
    title: title ? { text: title } : undefined,
    width: Math.round(left + columns * cellWidth + 8),
    height: Math.round(top + rows.length * cellHeight + 8),
    margin: { l: left, r: 8, t: top, b: 8 },
    showlegend: false,
    dragmode: false,
    xaxis: { ...hiddenAxis, range: [0, columns] },
    yaxis: { ...hiddenAxis, range: [rows.length, 0] },
    images: rows.flatMap((row, r) => row.map((picture, c) => placed(picture, c, r))),
    shapes,
    annotations: [
      ...rowTitles.map((text, r) => label(text, { x: 0, y: r + 0.5, xanchor: 'right', xshift: -8 })),
      ...columnTitles.map((text, c) => label(text, { x: c + 0.5, y: 0, yanchor: 'bottom' })),
    ],
  });
}

function altOf({ rows, rowTitles = [] }: PictureGridArgs): string {
  const pictures = counted(rows.flat().length, 'picture');
  const names = rowTitles.length > 0 ? `: ${namesText(rowTitles)}` : '';
  return `${pictures} in ${counted(rows.length, 'row')}${names}.`;
}

/** A picture in the cell of column `x` and row `y`. */
function placed(picture: Picture, x: number, y: number): LayoutImage {
  return {
    source: picture.source,
    xref: 'x',
    yref: 'y',
    x: x + gap / 2,
    y: y + gap / 2,
    sizex: 1 - gap,
    sizey: 1 - gap,
    xanchor: 'left',
    yanchor: 'top',
    sizing: 'stretch',
    layer: 'below',
  };
}

function label(text: string, place: Omit<Annotation, 'text'>): Annotation {
  return { text, xref: 'x', yref: 'y', showarrow: false, font: { size: 11 }, align: 'right', ...place };
}

/** Layout pictures do not respond to the pointer, so invisible points at their centres do. */
function hoverPoints({ rows, hover }: PictureGridArgs): Figure['data'] {
  const cells = rows.flatMap((row, r) => row.map((_, c) => [r, c]));
  return [
    {
      type: 'scatter',
      mode: 'markers',
      x: cells.map(([, c]) => c + 0.5),
      y: cells.map(([r]) => r + 0.5),
      text: cells.map(([r, c]) => hover?.[r]?.[c] ?? ''),
      marker: { size: 40, opacity: 0 },
      hovertemplate: hover ? '%{text}<extra></extra>' : undefined,
      hoverinfo: hover ? undefined : 'skip',
    },
  ];
}
