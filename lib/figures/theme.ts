import { colours } from './palette';
import type {
  Axis,
  Figure,
  Layout,
  MenuButton,
  Slider,
  SliderStep,
  Trace,
  UpdateMenu,
  PlayableClip,
} from './plotly';

export * from './palette';

export interface ThemedLayout extends Omit<Layout, 'meta'> {
  /** Alternative text: one to three sentences with the main values. */
  readonly alt: string;
  /** Clips that points play in the side panel. */
  readonly clips?: readonly PlayableClip[];
}

/** A figure in the common style: white background, subtle grid, room for the title. */
export function themed(data: readonly Trace[], { alt, clips, ...layout }: ThemedLayout): Figure {
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key)) as 'xaxis'[];
  for (const axis of ['xaxis', 'yaxis'] as const)
    if (!axes.includes(axis as 'xaxis')) axes.push(axis as 'xaxis');
  const styled = Object.fromEntries(axes.map((key) => [key, styledAxis(layout[key])]));
  const { t, ...margin } = { l: 56, r: 16, b: 44, ...layout.margin };
  return {
    data,
    layout: {
      font: { size: 12, color: colours.text },
      // Not transparent: on another program's dark page the dark text would be illegible.
      paper_bgcolor: colours.ground,
      plot_bgcolor: 'rgba(0,0,0,0)',
      hoverlabel: { bgcolor: colours.ground, bordercolor: colours.text, font: { color: colours.text } },
      hovermode: 'closest',
      uirevision: 'same',
      ...layout,
      ...styled,
      ...(layout.title && { title: { ...titleStyle, ...layout.title } }),
      margin: { ...margin, t: t ?? (layout.title ? 44 : 16) },
      meta: { alt, ...(clips && { clips }) },
    },
    config: { displaylogo: false, modeBarButtonsToRemove },
  };
}

/** A row of buttons above the figure, right-aligned. */
export function buttonRow(buttons: readonly MenuButton[], y = 1.02): UpdateMenu {
  return {
    type: 'buttons',
    direction: 'right',
    buttons,
    active: 0,
    x: 1,
    xanchor: 'right',
    y,
    yanchor: 'bottom',
    pad: { t: 0, b: 0, l: 0, r: 0 },
    bordercolor: colours.line,
    font: { size: 12, color: colours.text },
  };
}

/** A slider below the figure; `y` is its upper edge as a share of the height of the axes. */
export function sliderBelow(
  steps: readonly Omit<SliderStep, 'method'>[],
  { name, unit = '', active = 0, y }: { name: string; unit?: string; active?: number; y: number },
): Slider {
  return {
    steps: steps.map((step) => ({ ...step, method: 'update' })),
    active,
    currentvalue: { prefix: `${name} `, suffix: unit, font: { size: 13, color: colours.text } },
    x: 0,
    len: 1,
    y,
    yanchor: 'top',
    pad: { t: 0, b: 0, l: 0, r: 0 },
    bordercolor: colours.line,
    ticklen: 4,
    font: { size: 11, color: colours.text },
  };
}

/** An axis that only provides coordinates. */
export const hiddenAxis: Axis = { visible: false, showgrid: false, zeroline: false, fixedrange: true };

/**
 * Numbers rounded to this many significant digits: as precise as a figure shows, at a third of the file size.
 */
export function rounded(values: ArrayLike<number>, digits = 3): number[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : value));
}

/** The mode bar is beside the title, so it is kept short. A double click resets the axes. */
const modeBarButtonsToRemove = ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d', 'orbitRotation', 'tableRotation', 'resetCameraLastSave3d'] as const; // prettier-ignore

/** At the top, whatever lies between it and the axes. */
const titleStyle = { x: 0, xref: 'paper', y: 1, yref: 'container', yanchor: 'top', pad: { t: 12 }, font: { size: 15 } } as const; // prettier-ignore

/** Distance between the labels of an axis and its title [px]; without it, Plotly lets long labels run into the title. */
const titleStandoff = 8;

function styledAxis(axis: Axis = {}): Axis {
  const title = axis.title && { title: { standoff: titleStandoff, ...axis.title } };
  return { ...axisStyle, ...axis, ...title };
}

const axisStyle: Axis = {
  gridcolor: colours.faint,
  linecolor: colours.line,
  zerolinecolor: colours.line,
  automargin: true,
};
