import type { XkdConfig } from '../../config';
import { encodePicture, viewPictures, type Picture } from '../picture';
import type { Figure } from '../plotly';
import type { ReconstructedView } from '../../inspection/reconstructionView';
import { audioGrid, maskFrames, maskSpectrogram } from './masks';
import { pictureGridFigure } from '../charts/pictureGrid';
import { spectrogramPanelsFigure } from './spectrogramPanels';
import { counted, namesText, numberText } from '../charts/altText';

export interface VideoReconstructionArgs {
  readonly config: XkdConfig;
  /** One or more reconstructions of the same clip, for example at several mask ratios. */
  readonly views: readonly ReconstructedView[];
  /** A name per view, to the left of its rows. */
  readonly names?: readonly string[];
  readonly title?: string;
  /** Draws every n-th frame; default 1. */
  readonly every?: number;
}

/** The original frames, and below them the network's input and its reconstruction for each view. */
export function videoReconstructionFigure(args: VideoReconstructionArgs): Figure {
  const { config, views, names = views.map(() => ''), title, every = 1 } = args;
  const rows = views.map((view) => reconstructionRows({ config, view, every }));
  return pictureGridFigure({
    rows: [rows[0].original, ...rows.flatMap(({ seen, drawn }) => [seen, drawn])],
    rowTitles: ['original', ...names.flatMap((name) => [`seen${suffix(name)}`, `drawn${suffix(name)}`])],
    title,
    alt: `${counted(rows[0].original.length, 'frame')} of a clip, and below them what the network saw and what it drew: ${namesText(views.map(viewText))}.`,
    cellPixels: 92,
  });
}

/** Every n-th frame of a clip as pictures: original, network input and reconstruction. */
export function reconstructionRows({
  config,
  view: { original, removed, drawn },
  every,
}: Pick<VideoReconstructionArgs, 'config'> & {
  readonly view: ReconstructedView;
  readonly every: number;
}): Record<'original' | 'seen' | 'drawn', Picture[]> {
  const side = config.clip.frameSize;
  const enlarge = Math.max(1, Math.round(64 / side));
  const grid = { patchFrames: config.patch.frames, patchSize: config.patch.size };
  const row = (frames: ReturnType<typeof viewPictures>) =>
    frames.filter((_, t) => t % every === 0).map((frame) => encodePicture(frame, { enlarge }));
  const frames = viewPictures(original, side);
  return {
    original: row(frames),
    seen: row(maskFrames(frames, removed, grid)),
    drawn: row(viewPictures(drawn, side)),
  };
}

export interface AudioReconstructionArgs {
  readonly config: XkdConfig;
  readonly view: ReconstructedView;
  readonly title?: string;
}

/** A spectrogram, the network's input and its reconstruction. */
export function audioReconstructionFigure({ config, view, title }: AudioReconstructionArgs): Figure {
  const grid = audioGrid(config);
  return spectrogramPanelsFigure({
    config,
    title,
    alt: `A spectrogram, what the network saw of it, and what it drew: ${viewText(view)}.`,
    panels: [
      { title: 'original', values: view.original },
      { title: 'seen', values: maskSpectrogram(view.original, view.removed, grid) },
      { title: 'drawn', values: view.drawn },
    ],
  });
}

/** `85 % hidden, loss 0.41` */
function viewText({ removed, loss }: ReconstructedView): string {
  const hidden = removed.reduce((a, b) => a + b, 0) / removed.length;
  return `${Math.round(100 * hidden)} % hidden, loss ${numberText(loss)}`;
}

function suffix(name: string): string {
  return name && `, ${name}`;
}
