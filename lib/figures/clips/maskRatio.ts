import type { Figure } from '../plotly';
import type { ReconstructedView } from '../../inspection/reconstructionView';
import { sliderBelow } from '../theme';
import { pictureGridFigure } from '../charts/pictureGrid';
import { reconstructionRows, type VideoReconstructionArgs } from './reconstruction';
import { counted, valuesText } from '../charts/altText';

export interface MaskRatioArgs extends Pick<VideoReconstructionArgs, 'config' | 'every'> {
  /** Reconstructions of the same clip, one per ratio. */
  readonly views: readonly ReconstructedView[];
  /** Shares of removed patches. */
  readonly ratios: readonly number[];
  /** Initial index of the slider; default: the last. */
  readonly active?: number;
}

const sliderPixels = 76;

/** Frames of a clip, the network's input and its reconstruction, with a slider over the mask ratio. */
export function maskRatioFigure(args: MaskRatioArgs): Figure {
  const { config, views, ratios, every = 1, active = views.length - 1 } = args;
  const rowsOf = (view: ReconstructedView) => reconstructionRows({ config, view, every });
  const { original, seen, drawn } = rowsOf(views[active]);
  const titleOf = (place: number) =>
    `${Math.round(100 * ratios[place])} % hidden: loss ${views[place].loss.toFixed(2)}`;
  const rowTitles = ['original', 'seen', 'drawn'];
  const rows = [original, seen, drawn];
  const losses = views.map(({ loss }, i) => ({ name: `at ${ratios[i]}`, value: loss }));
  const { layout, ...figure } = pictureGridFigure({
    rows,
    rowTitles,
    title: titleOf(active),
    alt: `${counted(original.length, 'frame')} of a clip, what the network saw of them and what it drew. A slider moves the share that is hidden; loss ${valuesText(losses)}.`,
    cellPixels: 92,
  });
  const steps = views.map((view, place) => {
    const { seen: shown, drawn: filled } = rowsOf(view);
    const sources = [...shown, ...filled].map(
      ({ source }, i) => [`images[${original.length + i}].source`, source] as const,
    );
    const change = { ...Object.fromEntries(sources), 'title.text': titleOf(place) };
    return { label: String(ratios[place]), args: [{}, change] as const };
  });
  const { height = 0, margin = {} } = layout;
  const axes = height - (margin.t ?? 0) - (margin.b ?? 0);
  return {
    ...figure,
    layout: {
      ...layout,
      height: height + sliderPixels,
      margin: { ...margin, b: (margin.b ?? 0) + sliderPixels },
      sliders: [sliderBelow(steps, { name: 'mask ratio', active, y: -12 / axes })],
    },
  };
}
