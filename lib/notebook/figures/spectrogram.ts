import type { Axis, Figure, HeatmapTrace } from '../plotly';
import { rounded, scale, themed } from '../theme';
import { eventLines } from './waveform';

export interface SpectrogramArgs {
  /** `[M, C]`, row by row: mel bands from low to high, columns in time. */
  readonly values: ArrayLike<number>;
  readonly melBands: number;
  /** Time between two columns [s]. */
  readonly columnSeconds: number;
  /** Time of the first column [s]. */
  readonly startSeconds?: number;
  /** Centre of each band [Hz]; without it the axis counts bands. */
  readonly bandHz?: ArrayLike<number>;
  /** Moments to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
  /** What the colours mean. */
  readonly valueTitle?: string;
}

const mostColumns = 224;

/** A log-mel spectrogram: time to the right, pitch upwards, loudness as colour. */
export function spectrogramFigure(args: SpectrogramArgs): Figure {
  const { values, melBands, columnSeconds, startSeconds = 0, events = [], title } = args;
  const columns = values.length / melBands;
  const end = startSeconds + (columns - 1) * columnSeconds;
  return themed([spectrogramTrace(args)], {
    title: title ? { text: title } : undefined,
    height: title ? 290 : 260,
    xaxis: { title: { text: 'time [s]' }, range: [startSeconds, end], showgrid: false },
    yaxis: bandAxis(args),
    shapes: eventLines(events),
  });
}

/** The heat map alone, for figures that put a spectrogram beside something else. */
export function spectrogramTrace(args: SpectrogramArgs): HeatmapTrace {
  const { values, melBands, columnSeconds, startSeconds = 0, valueTitle = 'log-mel' } = args;
  const { rows, pooled } = pooledColumns(values, melBands);
  return {
    type: 'heatmap',
    z: rows,
    x0: startSeconds + ((pooled - 1) / 2) * columnSeconds,
    dx: columnSeconds * pooled,
    y0: 0,
    dy: 1,
    colorscale: scale,
    colorbar: { title: { text: valueTitle, side: 'right' }, thickness: 10, outlinewidth: 0 },
    hovertemplate: 'time %{x:.3f} s<br>band %{y}<br>value %{z}<extra></extra>',
  };
}

/** The axis of mel bands, labelled with their frequencies where these are known. */
export function bandAxis({ melBands, bandHz }: Pick<SpectrogramArgs, 'melBands' | 'bandHz'>): Axis {
  const range = [-0.5, melBands - 0.5] as const;
  if (!bandHz) return { title: { text: 'mel band' }, range, showgrid: false };
  const [lowest, highest] = [bandHz[0], bandHz[melBands - 1]];
  const marks = [125, 250, 500, 1000, 2000, 4000, 7000].filter((hz) => hz >= lowest && hz <= highest);
  return {
    title: { text: 'frequency [Hz]' },
    range,
    showgrid: false,
    tickvals: marks.map((hz) => nearest(bandHz, hz)),
    ticktext: marks.map(String),
  };
}

/** Means over neighbouring columns where there are more than a page can show. */
function pooledColumns(values: ArrayLike<number>, melBands: number): { rows: number[][]; pooled: number } {
  const columns = values.length / melBands;
  const pooled = Math.ceil(columns / mostColumns);
  const rows = Array.from({ length: melBands }, (_, band) => {
    const row = Array.from({ length: Math.floor(columns / pooled) }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < pooled; i++) sum += values[band * columns + c * pooled + i];
      return sum / pooled;
    });
    return rounded(row);
  });
  return { rows, pooled };
}

function nearest(values: ArrayLike<number>, wanted: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - wanted) < Math.abs(values[best] - wanted)) best = i;
  }
  return best;
}
