import type { Axis, Figure } from '../plotly';
import { bandAxis, secondsOf, spectrogramTrace, type SpectrogramArgs } from './spectrogram';
import { colours, themed } from '../theme';

export interface SpectrogramPanel {
  readonly title: string;
  /** `[M, C]`; NaN is left empty. */
  readonly values: ArrayLike<number>;
}

export interface SpectrogramPanelsArgs extends Pick<SpectrogramArgs, 'config' | 'valueTitle'> {
  readonly panels: readonly SpectrogramPanel[];
  readonly title?: string;
  /** Values of the lowest and the highest colour; by default those of the first panel. */
  readonly range?: readonly [number, number];
}

const gap = 0.03;

/** Spectrograms side by side on one colour scale, zoomed together. */
export function spectrogramPanelsFigure(args: SpectrogramPanelsArgs): Figure {
  const { panels, title, config } = args;
  const [zmin, zmax] = args.range ?? extent(panels[0].values);
  const width = (1 - gap * (panels.length - 1)) / panels.length;
  const axes: Record<string, Axis> = {};
  panels.forEach((panel, i) => {
    const start = i * (width + gap);
    axes[`xaxis${suffix(i)}`] = {
      title: { text: 'time [s]' },
      domain: [start, Math.min(1, start + width)],
      range: [0, secondsOf({ values: panel.values, config })],
      anchor: `y${suffix(i)}`,
      showgrid: false,
    };
    const own = i === 0 ? bandAxis(config) : { ...bandAxis(config), title: undefined, showticklabels: false };
    axes[`yaxis${suffix(i)}`] = { ...own, anchor: `x${suffix(i)}`, matches: i === 0 ? undefined : 'y' };
  });
  return themed(
    panels.map((panel, i) => ({
      ...spectrogramTrace({ ...args, values: panel.values }),
      xaxis: `x${suffix(i)}`,
      yaxis: `y${suffix(i)}`,
      zmin,
      zmax,
      showscale: i === panels.length - 1,
    })),
    {
      title: title ? { text: title } : undefined,
      height: title ? 280 : 250,
      margin: { t: title ? 64 : 28 },
      ...axes,
      annotations: panels.map((panel, i) => ({
        text: panel.title,
        xref: 'paper',
        yref: 'paper',
        x: i * (width + gap) + width / 2,
        y: 1,
        yanchor: 'bottom',
        showarrow: false,
        font: { size: 12, color: colours.text },
      })),
    },
  );
}

/** Plotly's first axis has no number. */
function suffix(i: number): string {
  return i === 0 ? '' : String(i + 1);
}

function extent(values: ArrayLike<number>): [number, number] {
  const known = Array.from(values).filter(Number.isFinite);
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
}
