import { encodePicture, type Pixels } from '../picture';
import type { Figure, LayoutImage } from '../plotly';
import { hiddenAxis, themed } from '../theme';
import { bandAxis, spectrogramTrace, type SpectrogramArgs } from './spectrogram';
import { envelopeTrace, eventLines } from './waveform';

export interface ClipFigureArgs {
  readonly frames: readonly Pixels[];
  readonly framesPerSecond: number;
  /** Samples in [-1, 1] of the same stretch of time. */
  readonly waveform: Float32Array;
  readonly sampleRateHz: number;
  /** The log-mel of the same stretch; its time starts with the clip's. */
  readonly spectrogram: Omit<SpectrogramArgs, 'startSeconds' | 'events' | 'title'>;
  /** Start of the clip [s]. */
  readonly startSeconds?: number;
  /** Moments to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
}

const mostFrames = 8;

/** A clip on one time axis: frames, waveform and spectrogram, one below the other. */
export function clipFigure(args: ClipFigureArgs): Figure {
  const { frames, framesPerSecond, spectrogram, startSeconds = 0, events = [], title } = args;
  const seconds = frames.length / framesPerSecond;
  const shown = { ...spectrogram, startSeconds };
  const { colorbar, ...heat } = spectrogramTrace(shown);
  return themed(
    [
      { ...heat, colorbar: { ...colorbar, len: 0.42, y: 0.19 } },
      { ...envelopeTrace(args), yaxis: 'y2' },
      { type: 'scatter', mode: 'markers', x: [], y: [], yaxis: 'y3', showlegend: false },
    ],
    {
      title: title ? { text: title } : undefined,
      height: 470,
      showlegend: false,
      xaxis: {
        title: { text: 'time [s]' },
        range: [startSeconds, startSeconds + seconds],
        showgrid: false,
        anchor: 'y',
      },
      yaxis: { ...bandAxis(shown), domain: [0, 0.38] },
      yaxis2: { title: { text: 'amplitude' }, domain: [0.44, 0.66], nticks: 4 },
      yaxis3: { ...hiddenAxis, domain: [0.7, 1], range: [0, 1] },
      images: frameImages(args),
      shapes: eventLines(events),
    },
  );
}

/** Every k-th frame, starting where its time is on the axis. */
function frameImages({ frames, framesPerSecond, startSeconds = 0 }: ClipFigureArgs): LayoutImage[] {
  const every = Math.ceil(frames.length / mostFrames);
  const enlarge = Math.max(1, Math.round(96 / frames[0].width));
  return frames.flatMap((frame, t) =>
    t % every > 0
      ? []
      : [
          {
            source: encodePicture(frame, { enlarge }).source,
            xref: 'x',
            yref: 'y3',
            x: startSeconds + t / framesPerSecond,
            y: 0,
            sizex: (every / framesPerSecond) * 0.96,
            sizey: 1,
            xanchor: 'left' as const,
            yanchor: 'bottom' as const,
            sizing: 'contain' as const,
            layer: 'below' as const,
          },
        ],
  );
}
