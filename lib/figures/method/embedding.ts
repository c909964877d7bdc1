import type { Figure } from '../plotly';
import { packed } from '../packed';
import { series, symbolOf, themed } from '../theme';
import { counted, namesText, numberText } from '../charts/altText';

export interface EmbeddingArgs {
  /** `[N, 2]`, point by point. */
  readonly points: ArrayLike<number>;
  /** Class of each point. */
  readonly labels: readonly string[];
  /** Hover text of each point. */
  readonly names?: readonly string[];
  readonly title?: string;
  /** Meaning of the coordinates; default: principal components. */
  readonly axisTitles?: readonly [string, string];
}

/** Points in the plane, coloured by class; a click on the legend hides a class. */
export function embeddingFigure(args: EmbeddingArgs): Figure {
  const { points, labels, names, title, axisTitles = principalAxes } = args;
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
      marker: { size: 7, opacity: 0.8, color: series[i % series.length], symbol: symbolOf(i) },
      hovertemplate: `${names ? '%{text}' : '%{x:.3g}, %{y:.3g}'}<extra>${name}</extra>`,
    };
  });
  const axis = { showticklabels: false, zeroline: false };
  return themed(traces, {
    alt: `${counted(labels.length, 'clip')} as points in the plane, of ${counted(classes.length, 'class', 'classes')}: ${namesText(classes)}. ${separation(points, labels)}`,
    title: title ? { text: title } : undefined,
    height: 420,
    xaxis: { ...axis, title: { text: axisTitles[0] } },
    yaxis: { ...axis, title: { text: axisTitles[1] }, scaleanchor: 'x' },
  });
}

/** Axis titles for coordinates from `principalPlane`. */
export const principalAxes = ['first principal component', 'second principal component'] as const;

/** How often a point's nearest neighbour is of the same class. */
function separation(points: ArrayLike<number>, labels: readonly string[]): string {
  if (labels.length < 2) return '';
  const alike = labels.filter((label, n) => label === labels[nearestTo(n, points)]).length;
  return `The nearest neighbour is of the same class for ${numberText((100 * alike) / labels.length)} %.`;
}

function nearestTo(n: number, points: ArrayLike<number>): number {
  let [best, least] = [-1, Infinity];
  for (let m = 0; 2 * m < points.length; m++) {
    const distance = (points[2 * m] - points[2 * n]) ** 2 + (points[2 * m + 1] - points[2 * n + 1]) ** 2;
    if (m !== n && distance < least) [best, least] = [m, distance];
  }
  return best;
}
