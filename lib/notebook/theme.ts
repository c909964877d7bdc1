import type {
  Axis,
  ColourScale,
  Figure,
  Layout,
  MenuButton,
  Slider,
  SliderStep,
  Trace,
  UpdateMenu,
} from './plotly';

/** One colour for one meaning in every figure; each is legible on JupyterLab's light and dark page. */
export const colours = {
  video: '#2f86d3',
  audio: '#d96c1f',
  teacher: '#8b6fd6',
  picture: '#1596a0',
  good: '#23985f',
  bad: '#d6456b',
  text: '#717b88',
  line: 'rgba(125, 135, 148, 0.28)',
  /** What both modalities share. */
  shared: '#23985f',
  faint: 'rgba(125, 135, 148, 0.14)',
} as const;

/** For several curves or classes, in this order. */
export const series: readonly string[] = [
  '#2f86d3',
  '#d96c1f',
  '#23985f',
  '#8b6fd6',
  '#d6456b',
  '#1596a0',
  '#a8830a',
  '#717b88',
  '#b065b8',
  '#5f8f2e',
];

/** For networks that are compared: none of them means a modality or a role. */
export const contenderColours: readonly string[] = ['#b065b8', '#a8830a', '#1596a0', '#5f8f2e', '#3f55a5'];

/** For values from low to high: the same lightness steps everywhere (a perceptually even scale). */
export const scale: ColourScale = 'Viridis';

/** For values on both sides of 0. */
export const balancedScale: ColourScale = [
  [0, '#2f86d3'],
  [0.5, '#f4f4f2'],
  [1, '#d96c1f'],
];

/** For an overlay that lets what lies below shine through where the value is low. */
export const glowScale: ColourScale = [
  [0, 'rgba(255, 196, 0, 0)'],
  [0.5, 'rgba(255, 150, 0, 0.45)'],
  [1, 'rgba(255, 40, 0, 0.8)'],
];

/** A figure in the common style: transparent ground, quiet grid, room for the title. */
export function themed(data: readonly Trace[], layout: Layout): Figure {
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key)) as 'xaxis'[];
  for (const axis of ['xaxis', 'yaxis'] as const)
    if (!axes.includes(axis as 'xaxis')) axes.push(axis as 'xaxis');
  const styled = Object.fromEntries(axes.map((key) => [key, { ...axisStyle, ...layout[key] }]));
  const { t, ...margin } = { l: 56, r: 16, b: 44, ...layout.margin };
  return {
    data,
    layout: {
      font: { size: 12, color: colours.text },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      hovermode: 'closest',
      uirevision: 'same',
      ...layout,
      ...styled,
      ...(layout.title && { title: { x: 0, xref: 'paper', font: { size: 15 }, ...layout.title } }),
      margin: { ...margin, t: t ?? (layout.title ? 44 : 16) },
    },
    config: { displaylogo: false },
  };
}

/** A row of buttons above the figure, at its right end. */
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

/** A slider below the figure, `y` being its upper edge in shares of the height of the axes. */
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

/** An axis that only carries coordinates. */
export const hiddenAxis: Axis = { visible: false, showgrid: false, zeroline: false, fixedrange: true };

/** Numbers with at most so many significant digits: what a figure shows, at a third of the file's size. */
export function rounded(values: ArrayLike<number>, digits = 3): number[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(digits)) : value));
}

const axisStyle: Axis = {
  gridcolor: colours.faint,
  linecolor: colours.line,
  zerolinecolor: colours.line,
  automargin: true,
};
