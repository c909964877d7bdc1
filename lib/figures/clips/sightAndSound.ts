import { type XkdConfig, fullGrid } from '../../config';
import type { NdArray } from '../../data';
import type { PatchWeights } from '../../inspection/attentionView';
import { packed } from '../packed';
import { encodePicture, viewPictures } from '../picture';
import type { Figure, HeatmapTrace, LayoutImage, MenuButton } from '../plotly';
import { buttonRow, glowScale, hiddenAxis, themed } from '../theme';
import { glowFrames } from './masks';
import { bandAxis, secondsOf, spectrogramTrace } from './spectrogram';
import { eventLines } from './waveform';
import { momentsText, namesText, numberText } from '../charts/altText';

export interface SightAndSoundArgs {
  readonly config: XkdConfig;
  /** Global views of one clip, `[1, 3, T, S, S]` and `[1, 1, M, C]`. */
  readonly video: NdArray;
  readonly audio: NdArray;
  /** Weights of its patches; one button per set. */
  readonly looks: readonly { readonly name: string; readonly values: PatchWeights }[];
  /** Start of the views in the file [s], for the time axis. */
  readonly startSeconds?: number;
  /** Times to mark [s]. */
  readonly events?: readonly number[];
  readonly title?: string;
}

/**
 * Frames above the spectrogram of the same time span, on one time axis, highlighted where the patch weights
 * are high. Buttons switch between sets of weights.
 */
export function sightAndSoundFigure(args: SightAndSoundArgs): Figure {
  const { config, audio, looks, startSeconds = 0, events = [], title } = args;
  const end = startSeconds + secondsOf({ values: audio.data, config });
  const sound = spectrogramTrace({ values: audio.data, config, startSeconds });
  const marked = events.filter((seconds) => seconds >= startSeconds && seconds < end);
  const shown = looks.map(({ values }) => ({
    images: lightOnFrames(args, values.video),
    ...lightOnSound(config, values.audio),
  }));
  const peaks = looks.map(
    ({ name }, i) => `${name}, up to ${numberText(shown[i].zmax!)} times the mean on the sound`,
  );
  const buttons = looks.map(({ name }, i): MenuButton => ({
    label: name,
    method: 'update',
    args: [{ z: [shown[i].z], zmax: [shown[i].zmax] }, { images: shown[i].images }, [1]],
  }));
  return themed(
    [
      { ...sound, colorscale: 'Greys', showscale: false },
      { ...overlay(config, startSeconds), z: shown[0].z, zmax: shown[0].zmax },
      { type: 'scatter', mode: 'markers', x: [], y: [], yaxis: 'y2', showlegend: false },
    ],
    {
      alt: `Frames above the spectrogram of ${numberText(startSeconds)} to ${numberText(end)} s, with light on the patches of highest weight: ${namesText(peaks)}.${momentsText(marked)}`,
      title: title ? { text: title } : undefined,
      height: 400,
      margin: { t: 76 },
      showlegend: false,
      dragmode: false,
      xaxis: { title: { text: 'time [s]' }, range: [startSeconds, end], showgrid: false, anchor: 'y' },
      yaxis: { ...bandAxis(config), domain: [0, 0.6] },
      yaxis2: { ...hiddenAxis, domain: [0.64, 1], range: [0, 1] },
      images: shown[0].images,
      shapes: eventLines(marked),
      updatemenus: looks.length > 1 ? [buttonRow(buttons)] : [],
    },
  );
}

/** Each frame with its left edge at its time on the axis. */
function lightOnFrames(
  { config, video, startSeconds = 0 }: SightAndSoundArgs,
  weights: Float32Array,
): LayoutImage[] {
  const { frameSize, framesPerSecond } = config.clip;
  const grid = { patchFrames: config.patch.frames, patchSize: config.patch.size };
  const enlarge = Math.max(1, Math.round(64 / frameSize));
  return glowFrames(viewPictures(video.data, frameSize), weights, grid).map((frame, t) => ({
    source: encodePicture(frame, { enlarge }).source,
    xref: 'x',
    yref: 'y2',
    x: startSeconds + (t + 0.02) / framesPerSecond,
    y: 0,
    sizex: 0.96 / framesPerSecond,
    sizey: 1,
    xanchor: 'left',
    yanchor: 'bottom',
    sizing: 'contain',
    layer: 'below',
  }));
}

/** Multiples of the mean, one value per patch, in rows of mel bands from low to high. */
function lightOnSound(config: XkdConfig, weights: Float32Array): Pick<HeatmapTrace, 'z' | 'zmax'> {
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  const overMean = weights.map((weight) => weight / mean);
  const [, columns] = fullGrid(config, 'audio');
  return { z: packed(overMean, columns), zmax: Math.max(...overMean) };
}

/** A heat map whose cells are the spectrogram's patches. */
function overlay(
  { spectrogram, patch, clip }: XkdConfig,
  startSeconds: number,
): Omit<HeatmapTrace, 'z' | 'zmax'> {
  const columnSeconds = spectrogram.hopLength / clip.sampleRateHz;
  return {
    type: 'heatmap',
    x0: startSeconds + ((patch.columns - 1) / 2) * columnSeconds,
    dx: patch.columns * columnSeconds,
    y0: (patch.melBands - 1) / 2,
    dy: patch.melBands,
    zmin: 1, // values below the mean stay dark
    colorscale: glowScale,
    colorbar: {
      title: { text: 'times the mean', side: 'right' },
      thickness: 10,
      outlinewidth: 0,
      len: 0.6,
      y: 0.3,
    },
    hovertemplate: 'time %{x:.3f} s<br>%{z:.2f} times the mean<extra></extra>',
  };
}
