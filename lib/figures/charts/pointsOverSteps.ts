import type { Axis, Figure, ScatterTrace } from '../plotly';
import { packed } from '../packed';
import { series, sliderBelow, symbolOf, themed } from '../theme';
import { panelHeading, panelRow } from './panelRow';
import { counted, namesText } from './altText';
import { principalAxes } from '../method/embedding';

export interface MovingPoints {
  readonly name: string;
  readonly colour: string;
  /** Default: a different symbol for each name. */
  readonly symbol?: string;
  /** Coordinates of the points at each step, `[N, 2]`, point by point. */
  readonly places: readonly ArrayLike<number>[];
}

export interface PointsOverStepsArgs {
  /** Training steps, one slider position each. */
  readonly steps: readonly number[];
  /** Panels side by side, in the same plane. */
  readonly panels: readonly { readonly title: string; readonly groups: readonly MovingPoints[] }[];
  readonly title?: string;
  /** Text appended to the title at each step. */
  readonly notes?: readonly string[];
  /** Initial index of the slider; default: the last. */
  readonly active?: number;
}

const gap = 0.04;

/**
 * Groups points by class, in the order of the class names.
 *
 * @param places coordinates at each step `[N, 2]`, point by point
 * @param labels class of each of the N points
 */
export function pointsByClass(
  places: readonly ArrayLike<number>[],
  labels: readonly string[],
): MovingPoints[] {
  return [...new Set(labels)].sort().map((name, i) => {
    const own = labels.flatMap((label, n) => (label === name ? [2 * n, 2 * n + 1] : []));
    const ofClass = places.map((points) => own.map((n) => points[n]));
    return { name, colour: series[i % series.length], places: ofClass };
  });
}

/** Point clouds that move during training, with a slider over the steps and fixed axes. */
export function pointsOverStepsFigure(args: PointsOverStepsArgs): Figure {
  const { steps, panels, title = '', notes = [], active = steps.length - 1 } = args;
  const places = panelRow(panels.length, gap);
  const axes: Record<string, Axis> = {};
  const names = new Set<string>();
  const traces: ScatterTrace[] = [];
  panels.forEach(({ groups }, panel) => {
    const { start, end, axis } = places[panel];
    const look = { showticklabels: false, zeroline: false };
    const [xTitle, yTitle] = principalAxes.map((text) => ({ text }));
    const [x, y] = ranges(groups);
    axes[`xaxis${axis}`] = { ...look, title: xTitle, domain: [start, end], anchor: `y${axis}`, range: x };
    axes[`yaxis${axis}`] = { ...look, title: panel === 0 ? yTitle : undefined, anchor: `x${axis}`, range: y };
    for (const { name, colour, places: cloud, symbol } of groups) {
      const isNew = !names.has(name);
      names.add(name);
      traces.push({
        type: 'scatter',
        mode: 'markers',
        name,
        legendgroup: name,
        showlegend: isNew,
        ...coordinates(cloud[active]),
        xaxis: `x${axis}`,
        yaxis: `y${axis}`,
        marker: {
          size: 7,
          opacity: 0.75,
          color: colour,
          symbol: symbol ?? symbolOf([...names].indexOf(name)),
        },
        hovertemplate: `${name}<extra></extra>`,
      });
    }
  });
  const all = panels.flatMap(({ groups }) => groups);
  const titleAt = (i: number) => [title, notes[i]].filter(Boolean).join(': ');
  const slides = steps.map((step, i) => {
    const now = all.map(({ places }) => coordinates(places[i]));
    const values = { x: now.map(({ x }) => x), y: now.map(({ y }) => y) };
    return { label: String(step), args: [values, { 'title.text': titleAt(i) }] as const };
  });
  return themed(traces, {
    alt: `Points of ${namesText([...names])} in the plane of their principal components, ${namesText(panels.map((panel) => panel.title))} side by side, at step ${steps[active]}${notes[active] ? `: ${notes[active]}` : ''}. A slider goes through ${counted(steps.length, 'step')} from ${steps[0]} to ${steps[steps.length - 1]}.`,
    title: titleAt(active) ? { text: titleAt(active) } : undefined,
    height: 490,
    margin: { t: 64, b: 108, l: 32 },
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    ...axes,
    annotations: panels.map((panel, i) => panelHeading(panel.title, places[i])),
    sliders: [sliderBelow(slides, { name: 'step', active, y: -0.11 })],
  });
}

function coordinates(places: ArrayLike<number>) {
  const every = (offset: number) =>
    Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + offset]);
  return { x: packed(every(0)), y: packed(every(1)) };
}

/** Axis ranges that hold all points of a panel at all steps, with a small margin. */
function ranges(groups: readonly MovingPoints[]): readonly (readonly [number, number])[] {
  return [0, 1].map((offset) => {
    let [low, high] = [Infinity, -Infinity];
    for (const places of groups.flatMap((group) => group.places)) {
      for (let i = offset; i < places.length; i += 2) {
        low = Math.min(low, places[i]);
        high = Math.max(high, places[i]);
      }
    }
    const air = 0.05 * (high - low) || 1;
    return [low - air, high + air] as const;
  });
}
