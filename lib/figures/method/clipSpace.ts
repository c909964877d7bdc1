import type { Figure, PlayableClip, Scatter3dTrace } from '../plotly';
import { packed } from '../packed';
import { series, spaceSymbolOf, themed } from '../theme';
import { counted, namesText } from '../charts/altText';

export interface ClipSpaceArgs {
  /** `[N, 3]`, point by point, for example from `umapSpace`. */
  readonly points: ArrayLike<number>;
  /** Class of each point. */
  readonly labels: readonly string[];
  /** Hover text of each point. */
  readonly names: readonly string[];
  /**
   * Clips that some of the points play in the side panel: source by point index, for example from
   * `smallClips`.
   */
  readonly sources?: ReadonlyMap<number, string>;
  readonly title?: string;
  /** Meaning of the coordinates; default: UMAP. */
  readonly axisTitle?: string;
}

/**
 * Points in 3D, coloured by class, rotated with the pointer. Pointing at one of the larger points shows its
 * clip beside the figure; a click plays it with sound.
 */
export function clipSpaceFigure({
  points,
  labels,
  names,
  sources,
  title,
  axisTitle = 'UMAP',
}: ClipSpaceArgs): Figure {
  const classes = [...new Set(labels)].sort();
  const played = [...(sources?.keys() ?? [])].sort((a, b) => a - b);
  const clips = played.map((n): PlayableClip => ({ source: sources!.get(n)!, caption: names[n] }));
  const places = new Map(played.map((n, place) => [n, place]));
  const traces = classes.flatMap((name, i): Scatter3dTrace[] => {
    const own = labels.flatMap((label, n) => (label === name ? [n] : []));
    const groups = [own.filter((n) => places.has(n)), own.filter((n) => !places.has(n))];
    return groups.flatMap((group, g) => {
      if (group.length === 0) return [];
      const coordinate = (axis: number) => packed(group.map((n) => points[3 * n + axis]));
      return {
        type: 'scatter3d',
        mode: 'markers',
        name,
        legendgroup: name,
        showlegend: g === 0 || groups[0].length === 0,
        x: coordinate(0),
        y: coordinate(1),
        z: coordinate(2),
        text: group.map((n) => names[n]),
        customdata: group.map((n) => places.get(n) ?? null),
        marker: {
          size: g === 0 ? 7 : 3,
          opacity: g === 0 ? 1 : 0.6,
          color: series[i % series.length],
          symbol: spaceSymbolOf(i),
        },
        hovertemplate: `%{text}<extra>${name}</extra>`,
      };
    });
  });
  const axis = (number: number) => ({ showticklabels: false, title: { text: `${axisTitle} ${number}` }, showspikes: false }); // prettier-ignore
  return themed(traces, {
    alt: `${counted(labels.length, 'clip')} as points in space by what their features have in common, of ${counted(classes.length, 'class', 'classes')}: ${namesText(classes)}.${clips.length > 0 ? ` ${counted(clips.length, 'of them plays', 'of them play')} beside the figure.` : ''}`,
    title: title ? { text: title } : undefined,
    height: 520,
    margin: { l: 0, b: 0, r: clips.length > 0 ? panelPixels : 0 },
    legend: { x: 0, y: 1, itemsizing: 'constant' },
    scene: {
      xaxis: axis(1),
      yaxis: axis(2),
      zaxis: axis(3),
      aspectmode: 'cube',
      camera: { eye: { x: 1.2, y: 1.2, z: 0.8 } },
    },
    ...(clips.length > 0 && { clips }),
  });
}

/** Width of the side panel, including a gap. */
const panelPixels = 210;
