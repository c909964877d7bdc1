import type { XkdConfig } from '../../config';
import type { DecodedClip } from '../../media';
import { clipPictures, encodePicture } from '../picture';
import type { Figure, LayoutImage } from '../plotly';
import { hiddenAxis, themed } from '../theme';
import { bandAxis, spectrogramTrace } from './spectrogram';
import { amplitudeTitle, envelopeTrace, eventLines } from './waveform';
import { counted, momentsText, numberText } from '../charts/altText';

export interface ClipFigureArgs {
  /** A window of a file, with its frames and waveform. */
  readonly clip: DecodedClip;
  /** The log-mel `[M, C]` of the same window. */
  readonly logMel: ArrayLike<number>;
  readonly config: XkdConfig;
  /** Times to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
}

const mostFrames = 8;

/**
 * Frames, waveform and spectrogram of a clip, one below the other on one time axis. Events outside the clip
 * are left out.
 */
export function clipFigure(args: ClipFigureArgs): Figure {
  const { clip, logMel, config, events = [], title } = args;
  const { startSeconds } = clip;
  const end = startSeconds + clip.frameCount / clip.framesPerSecond;
  const shown = events.filter((seconds) => seconds >= startSeconds && seconds < end);
  const loudest = clip.waveform!.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const { colorbar, ...heat } = spectrogramTrace({ values: logMel, config, startSeconds });
  return themed(
    [
      { ...heat, colorbar: { ...colorbar, len: 0.42, y: 0.19 } },
      { ...envelopeTrace({ ...clip, waveform: clip.waveform! }), yaxis: 'y2' },
      { type: 'scatter', mode: 'markers', x: [], y: [], yaxis: 'y3', showlegend: false },
    ],
    {
      alt: `A clip from ${numberText(startSeconds)} to ${numberText(end)} s on one time axis: ${counted(clip.frameCount, 'frame')}, the waveform with an amplitude of up to ${numberText(loudest)}, and the log-mel spectrogram.${momentsText(shown)}`,
      title: title ? { text: title } : undefined,
      height: 470,
      showlegend: false,
      xaxis: {
        title: { text: 'time [s]' },
        range: [startSeconds, end],
        showgrid: false,
        anchor: 'y',
      },
      yaxis: { ...bandAxis(config), domain: [0, 0.38] },
      yaxis2: { title: { text: amplitudeTitle }, domain: [0.44, 0.66], nticks: 4 },
      yaxis3: { ...hiddenAxis, domain: [0.7, 1], range: [0, 1] },
      images: frameImages(clip),
      shapes: eventLines(shown),
    },
  );
}

/** Every k-th frame, placed with its left edge at its time on the axis. */
function frameImages(clip: DecodedClip): LayoutImage[] {
  const { framesPerSecond, startSeconds } = clip;
  const frames = clipPictures(clip);
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
