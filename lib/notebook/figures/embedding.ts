import type { Figure } from '../plotly';
import { packed } from '../packed';
import { series, themed } from '../theme';

export interface EmbeddingArgs {
  /** `[N, 2]`, point by point. */
  readonly points: ArrayLike<number>;
  /** Class of each point. */
  readonly labels: readonly string[];
  /** Shown under the pointer for each point. */
  readonly names?: readonly string[];
  readonly title?: string;
}

/** Points in the plane, coloured by class; a click on the legend hides a class. */
export function embeddingFigure({ points, labels, names, title }: EmbeddingArgs): Figure {
  const classes = [...new Set(labels)].sort();
  const traces = classes.map((name, i) => {
    const own = labels.flatMap((label, n) => (label === name ? [n] : []));
    return {
      type: 'scatter' as const,
      mode: 'markers' as const,
      name,
      x: packed(own.map((n) => points[2 * n])),
      y: packed(own.map((n) => points[2 * n + 1])),
      text: names ? own.map((n) => names[n]) : undefined,
      marker: { size: 6, opacity: 0.8, color: series[i % series.length] },
      hovertemplate: `${names ? '%{text}' : '%{x:.3g}, %{y:.3g}'}<extra>${name}</extra>`,
    };
  });
  const axis = { showticklabels: false, zeroline: false };
  return themed(traces, {
    title: title ? { text: title } : undefined,
    height: 420,
    xaxis: axis,
    yaxis: { ...axis, scaleanchor: 'x' },
  });
}
