import type { ColourScale, Line, MarkerPattern } from './plotly';

/*
 * Colours of all figures. They are chosen for a white background: each is legible there as text (contrast of
 * at least 4.5 to 1). On JupyterLab's dark page the renderer replaces each with a lighter counterpart:
 * `colours.js` beside it.
 */

/**
 * One meaning per colour in every figure.
 *
 * @example
 * ```ts
 * import { colours, curvesFigure, show } from 'xkd';
 *
 * const curve = { name: 'video', y: [3, 2, 1], colour: colours.video };
 * await show(curvesFigure({ curves: [curve], yTitle: 'loss' })); // Below the cell, in a notebook.
 * console.log(colours.video, colours.audio); // #1f6fb8 #b2540f
 * ```
 */
export const colours = {
  video: '#1f6fb8',
  audio: '#b2540f',
  teacher: '#7350c6',
  picture: '#0e7580',
  good: '#1b7a4b',
  bad: '#c02f57',
  text: '#4d5865',
  /** What both modalities share. */
  shared: '#1b7a4b',
  ground: '#ffffff',
  line: 'rgba(125, 135, 148, 0.28)',
  faint: 'rgba(125, 135, 148, 0.14)',
  /** Pattern lines on a bar: they leave the text on it legible. */
  stripe: 'rgba(0, 0, 0, 0.32)',
} as const;

/** For several curves or classes, in this order. */
export const series: readonly string[] = [
  colours.video,
  colours.audio,
  colours.good,
  colours.teacher,
  colours.bad,
  colours.picture,
  '#846504',
  colours.text,
  '#9a4aa3',
  '#4a7423',
];

/** For networks that are compared: none of these colours stands for a modality or a role. */
export const contenderColours: readonly string[] = ['#9a4aa3', '#846504', '#0e7580', '#4a7423', '#3f55a5'];

/** Line dash of the `i`-th of several curves, to distinguish them without colour. */
export function dashOf(i: number): Line['dash'] {
  return dashes[i % dashes.length];
}

/** Marker symbol of the `i`-th class, to distinguish points without colour. */
export function symbolOf(i: number): string {
  return symbols[i % symbols.length];
}

/** The same for points in 3D, where Plotly has fewer symbols. */
export function spaceSymbolOf(i: number): string {
  return spaceSymbols[i % spaceSymbols.length];
}

/** Fill pattern of the `i`-th series, to distinguish bars without colour. */
export function patternOf(i: number): MarkerPattern {
  const shape = patterns[i % patterns.length];
  return { shape, fillmode: 'overlay', fgcolor: colours.stripe, size: 7, solidity: 0.25 };
}

/** For values from low to high: a perceptually uniform scale. */
export const scale: ColourScale = 'Viridis';

/** For cells with numbers in them: light enough for {@link cellInk}, on a light and on a dark page. */
export const cellScale: ColourScale = [
  [0, '#f1f5fa'],
  [1, '#62a5df'],
];

/** Text colour on {@link cellScale}; the same on a dark page. */
export const cellInk = '#101418';

/** For an overlay that is transparent where the value is low. */
export const glowScale: ColourScale = [
  [0, 'rgba(255, 196, 0, 0)'],
  [0.5, 'rgba(255, 150, 0, 0.45)'],
  [1, 'rgba(255, 40, 0, 0.8)'],
];

const dashes = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot', '8px,2px,2px,2px,2px,2px', '1px,4px', '12px,4px', '4px,1px'] as const; // prettier-ignore
const symbols = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'star', 'triangle-down', 'cross', 'pentagon', 'hourglass']; // prettier-ignore
const spaceSymbols = ['circle', 'square', 'diamond', 'cross', 'x', 'circle-open', 'square-open', 'diamond-open']; // prettier-ignore
const patterns = ['', '/', 'x', '-', '\\', '|', '+', '.'] as const;
