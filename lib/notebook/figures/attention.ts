import type { XkdConfig } from '../../config';
import type { NdArray } from '../../data';
import type { PatchWeights } from '../attentionView';
import { encodePicture, viewPictures } from '../picture';
import type { Figure } from '../plotly';
import { glowFrames, spreadOverSpectrogram } from './masks';
import { pictureGridFigure } from './pictureGrid';
import { spectrogramPanelsFigure } from './spectrogramPanels';

export interface AttentionArgs {
  readonly config: XkdConfig;
  /** Global view of one clip. */
  readonly view: NdArray;
  /** Weights of its patches, and what they are. */
  readonly weights: readonly { readonly name: string; readonly values: PatchWeights }[];
  readonly title?: string;
}

/** The frames, and below them where the weights are high. */
export function videoAttentionFigure({ config, view, weights, title }: AttentionArgs): Figure {
  const side = config.clip.frameSize;
  const enlarge = Math.max(1, Math.round(64 / side));
  const grid = { patchFrames: config.patch.frames, patchSize: config.patch.size };
  const frames = viewPictures(view.data, side);
  const row = (pictures: typeof frames) => pictures.map((frame) => encodePicture(frame, { enlarge }));
  return pictureGridFigure({
    rows: [row(frames), ...weights.map(({ values }) => row(glowFrames(frames, values.video, grid)))],
    rowTitles: ['frames', ...weights.map(({ name }) => name)],
    title,
    cellPixels: 92,
  });
}

/** The weights over the spectrogram's patches, each set scaled to its highest; the log-mel itself is `spectrogramFigure`. */
export function audioAttentionFigure({ config, weights, title }: AttentionArgs): Figure {
  const { melBands, columns } = config.spectrogram;
  const grid = {
    melBands,
    columns,
    patchMelBands: config.patch.melBands,
    patchColumns: config.patch.columns,
  };
  return spectrogramPanelsFigure({
    config,
    title,
    valueTitle: 'share of the highest',
    range: [0, 1],
    panels: weights.map(({ name, values }) => {
      const highest = values.audio.reduce((a, b) => Math.max(a, b));
      return {
        title: name,
        values: spreadOverSpectrogram(values.audio, grid).map((value) => value / highest),
      };
    }),
  });
}
