import type { XkdConfig } from '../../config';
import type { Axis, Figure, HeatmapTrace } from '../plotly';
import { packed } from '../packed';
import { scale, themed } from '../theme';
import { melBandHz } from './melMatrix';
import { eventLines } from './waveform';
import { momentsText, numberText, placeOfHighest, spanText } from '../charts/altText';

export interface SpectrogramArgs {
  /** `[M, C]`, row by row: mel bands from low to high, columns in time order. */
  readonly values: ArrayLike<number>;
  /** Defines the mel bands and the spacing of the columns. */
  readonly config: XkdConfig;
  /** Time of the first column [s]. */
  readonly startSeconds?: number;
  /** Times to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
  /** Title of the colour scale. */
  readonly valueTitle?: string;
}

const mostColumns = 120;

/**
 * A log-mel spectrogram: time to the right, pitch upwards, loudness as colour.
 *
 * @example
 * ```ts
 * import { configure, LogMel, spectrogramFigure } from 'xkd';
 *
 * const config = configure('nano');
 * const tone = Float32Array.from({ length: 16000 }, (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 16000));
 * const values = new LogMel(config.spectrogram, 16000).compute({ waveform: tone, columns: 32 });
 * const { meta } = spectrogramFigure({ values, config }).layout;
 * // The loudest mel band is the one around 1000 Hz.
 * console.log(/near .* Hz/.exec(meta?.alt ?? '')?.[0]); // near 1008 Hz
 * ```
 */
export function spectrogramFigure(args: SpectrogramArgs): Figure {
  const { startSeconds = 0, events = [], title } = args;
  const loudest = placeOfHighest(args.values);
  const columns = args.values.length / args.config.spectrogram.melBands;
  const band = melBandHz(args.config)[Math.floor(loudest / columns)];
  const moment = startSeconds + (loudest % columns) * columnSecondsOf(args.config);
  return themed([spectrogramTrace(args)], {
    alt: `Log-mel spectrogram from ${numberText(startSeconds)} to ${numberText(startSeconds + secondsOf(args))} s with values of ${spanText(args.values)}, highest at ${moment.toFixed(2)} s near ${Math.round(band)} Hz.${momentsText(events)}`,
    title: title ? { text: title } : undefined,
    height: title ? 290 : 260,
    xaxis: {
      title: { text: 'time [s]' },
      range: [startSeconds, startSeconds + secondsOf(args)],
      showgrid: false,
    },
    yaxis: bandAxis(args.config),
    shapes: eventLines(events),
  });
}

/** Only the heat map, for figures that combine a spectrogram with something else. */
export function spectrogramTrace(args: SpectrogramArgs): HeatmapTrace {
  const { values, config, startSeconds = 0, valueTitle = 'log-mel' } = args;
  const columnSeconds = columnSecondsOf(config);
  const { pooled, shown } = pooledColumns(values, config.spectrogram.melBands);
  return {
    type: 'heatmap',
    z: packed(shown, shown.length / config.spectrogram.melBands),
    x0: startSeconds + ((pooled - 1) / 2) * columnSeconds,
    dx: columnSeconds * pooled,
    y0: 0,
    dy: 1,
    colorscale: scale,
    colorbar: { title: { text: valueTitle, side: 'right' }, thickness: 10, outlinewidth: 0 },
    hovertemplate: 'time %{x:.3f} s<br>band %{y}<br>value %{z:.2f}<extra></extra>',
  };
}

/** The axis of mel bands, labelled with their frequencies. */
export function bandAxis(config: XkdConfig): Axis {
  const bandHz = melBandHz(config);
  const marks = [200, 500, 1000, 2000, 4000, 7000].filter(
    (hz) => hz >= bandHz[0] && hz <= bandHz[bandHz.length - 1],
  );
  return {
    title: { text: 'frequency [Hz]' },
    range: [-0.5, bandHz.length - 0.5],
    showgrid: false,
    tickvals: marks.map((hz) => nearest(bandHz, hz)),
    ticktext: marks.map(String),
  };
}

/** Duration of a spectrogram [s]. */
export function secondsOf({ values, config }: Pick<SpectrogramArgs, 'values' | 'config'>): number {
  return (values.length / config.spectrogram.melBands) * columnSecondsOf(config);
}

function columnSecondsOf({ clip, spectrogram }: XkdConfig): number {
  return spectrogram.hopLength / clip.sampleRateHz;
}

/** Averages `pooled` neighbouring columns if there are more than a page can show. */
function pooledColumns(values: ArrayLike<number>, melBands: number): { pooled: number; shown: Float32Array } {
  const columns = values.length / melBands;
  const pooled = Math.ceil(columns / mostColumns);
  const shownColumns = Math.floor(columns / pooled);
  const shown = new Float32Array(melBands * shownColumns);
  for (let band = 0; band < melBands; band++) {
    for (let c = 0; c < shownColumns * pooled; c++) {
      shown[band * shownColumns + Math.floor(c / pooled)] += values[band * columns + c] / pooled;
    }
  }
  return { pooled, shown };
}

function nearest(values: ArrayLike<number>, wanted: number): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - wanted) < Math.abs(values[best] - wanted)) best = i;
  }
  return best;
}
