import type { Axis, Figure } from '../plotly';
import { bandAxis, secondsOf, spectrogramTrace, type SpectrogramArgs } from './spectrogram';
import { themed } from '../theme';
import { panelHeading, panelRow } from '../charts/panelRow';
import { extent, namesText, spanText } from '../charts/altText';

export interface SpectrogramPanel {
  readonly title: string;
  /** `[M, C]`; NaN is left empty. */
  readonly values: ArrayLike<number>;
}

export interface SpectrogramPanelsArgs extends Pick<SpectrogramArgs, 'config' | 'valueTitle'> {
  readonly panels: readonly SpectrogramPanel[];
  readonly title?: string;
  /** Alternative text; default: the panels' titles and values. */
  readonly alt?: string;
  /** Values of the lowest and the highest colour; default: those of the first panel. */
  readonly range?: readonly [number, number];
}

const gap = 0.03;

/** Spectrograms side by side on one colour scale, with linked zoom. */
export function spectrogramPanelsFigure(args: SpectrogramPanelsArgs): Figure {
  const { panels, title, config } = args;
  const [zmin, zmax] = args.range ?? extent(panels[0].values);
  const places = panelRow(panels.length, gap);
  const axes: Record<string, Axis> = {};
  panels.forEach((panel, i) => {
    const { start, end, axis } = places[i];
    axes[`xaxis${axis}`] = {
      title: { text: 'time [s]' },
      domain: [start, end],
      range: [0, secondsOf({ values: panel.values, config })],
      anchor: `y${axis}`,
      showgrid: false,
    };
    const own = i === 0 ? bandAxis(config) : { ...bandAxis(config), title: undefined, showticklabels: false };
    axes[`yaxis${axis}`] = { ...own, anchor: `x${axis}`, matches: i === 0 ? undefined : 'y' };
  });
  return themed(
    panels.map((panel, i) => ({
      ...spectrogramTrace({ ...args, values: panel.values }),
      xaxis: `x${places[i].axis}`,
      yaxis: `y${places[i].axis}`,
      zmin,
      zmax,
      showscale: i === panels.length - 1,
    })),
    {
      alt:
        args.alt ??
        `Spectrograms side by side: ${namesText(panels.map((panel) => `${panel.title} ${spanText(panel.values)}`))}.`,
      title: title ? { text: title } : undefined,
      height: title ? 280 : 250,
      margin: { t: title ? 64 : 28 },
      ...axes,
      annotations: panels.map((panel, i) => panelHeading(panel.title, places[i])),
    },
  );
}
