import { encodePicture, type Pixels } from '../picture';
import type { Figure } from '../plotly';
import { pictureGridFigure } from '../charts/pictureGrid';
import { counted, numberText } from '../charts/altText';

export interface FramesArgs {
  readonly frames: readonly Pixels[];
  readonly framesPerSecond: number;
  /** Time of the first frame [s]. */
  readonly startSeconds?: number;
  /** Frames per row; default 8. */
  readonly columns?: number;
  readonly title?: string;
  readonly cellPixels?: number;
}

/**
 * The frames of a clip as a contact sheet, each with its time.
 *
 * @example
 * ```ts
 * import { framesFigure, show } from 'xkd';
 *
 * const picture = (grey: number) => ({ data: new Uint8Array(192).fill(grey), width: 8, height: 8 });
 * const figure = framesFigure({ frames: [0, 120, 240].map(picture), framesPerSecond: 8 });
 * await show(figure); // Below the cell, in a notebook.
 * console.log(figure.layout.images?.length); // 3
 * ```
 */
export function framesFigure(args: FramesArgs): Figure {
  const { frames, framesPerSecond, startSeconds = 0, columns = 8, title, cellPixels = 104 } = args;
  const enlarge = Math.max(1, Math.round(64 / frames[0].width));
  const pictures = frames.map((frame) => encodePicture(frame, { enlarge }));
  const times = frames.map((_, t) => `frame ${t}, ${(startSeconds + t / framesPerSecond).toFixed(3)} s`);
  const width = Math.min(columns, frames.length);
  const single = frames.length <= columns;
  return pictureGridFigure({
    rows: inRows(pictures, width),
    hover: inRows(times, width),
    title,
    alt: `${counted(frames.length, 'frame')} of a clip, from ${startSeconds.toFixed(2)} to ${(startSeconds + frames.length / framesPerSecond).toFixed(2)} s at ${numberText(framesPerSecond)} frames a second.`,
    cellPixels,
    columnTitles: single ? frames.map((_, t) => `${(startSeconds + t / framesPerSecond).toFixed(2)} s`) : [],
    rowTitles: single
      ? []
      : inRows(times, width).map(
          (_, r) => `from ${(startSeconds + (r * width) / framesPerSecond).toFixed(2)} s`,
        ),
  });
}

/** Splits a list into rows of equal length; the last may be shorter. */
export function inRows<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, r) =>
    items.slice(r * columns, (r + 1) * columns),
  );
}
