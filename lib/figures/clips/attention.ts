import type { XkdConfig } from '../../config';
import type { NdArray } from '../../data';
import type { PatchWeights } from '../../inspection/attentionView';
import { encodePicture, viewPictures } from '../picture';
import type { Figure } from '../plotly';
import { counted, namesText, numberText, spanText } from '../charts/altText';
import { audioGrid, glowFrames, spreadOverSpectrogram } from './masks';
import { pictureGridFigure } from '../charts/pictureGrid';
import { spectrogramPanelsFigure } from './spectrogramPanels';

export interface AttentionArgs {
  readonly config: XkdConfig;
  /** Global view of one clip. */
  readonly view: NdArray;
  /** Weights of its patches, with their names. */
  readonly weights: readonly { readonly name: string; readonly values: PatchWeights }[];
  readonly title?: string;
}

/** The frames, and below them the same frames highlighted where the weights are high. */
export function videoAttentionFigure({ config, view, weights, title }: AttentionArgs): Figure {
  const side = config.clip.frameSize;
  const enlarge = Math.max(1, Math.round(64 / side));
  const grid = { patchFrames: config.patch.frames, patchSize: config.patch.size };
  const frames = viewPictures(view.data, side);
  const alt = `${counted(frames.length, 'frame')} of a clip, and below them the same frames with light on the patches of highest weight: ${namesText(weights.map(({ name, values }) => `${name}, up to ${numberText(Math.max(...overMean(values.video)))} times the mean`))}.`;
  const row = (pictures: typeof frames) => pictures.map((frame) => encodePicture(frame, { enlarge }));
  return pictureGridFigure({
    rows: [row(frames), ...weights.map(({ values }) => row(glowFrames(frames, values.video, grid)))],
    rowTitles: ['frames', ...weights.map(({ name }) => name)],
    title,
    alt,
    cellPixels: 92,
  });
}

/**
 * The weights over the spectrogram's patches, each set divided by its mean; `spectrogramFigure` shows the
 * log-mel itself.
 */
export function audioAttentionFigure({ config, weights, title }: Omit<AttentionArgs, 'view'>): Figure {
  const grid = audioGrid(config);
  const panels = weights.map(({ name, values }) => ({
    title: name,
    values: spreadOverSpectrogram(overMean(values.audio), grid),
  }));
  const all = panels.flatMap(({ values }) => Array.from(values));
  const range = [Math.min(...all), Math.max(...all)] as const;
  const alt = `Weights of the spectrogram’s patches over their mean, a panel each: ${namesText(panels.map((panel) => `${panel.title} ${spanText(panel.values)}`))}.`;
  return spectrogramPanelsFigure({ config, alt, title, valueTitle: 'times the mean', range, panels });
}

function overMean(values: Float32Array): Float32Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.map((value) => value / mean);
}
