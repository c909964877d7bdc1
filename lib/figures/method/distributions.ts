import type { FeatureMatrix } from '../../eval';
import type { Figure, MenuButton } from '../plotly';
import { packedPercents } from '../packed';
import { buttonRow, colours, scale, themed } from '../theme';
import { counted, namesText, numberText, placeOfHighest } from '../charts/altText';

export interface DistributionsArgs {
  /**
   * Distributions of the same clips by several networks `[B, O]`, one row per clip; one button per network.
   */
  readonly networks: readonly { readonly name: string; readonly distributions: FeatureMatrix }[];
  /** Class of each clip; rows are sorted by it. */
  readonly labels: readonly string[];
  readonly title?: string;
}

/**
 * A teacher's distributions: one row per clip, one column per output, and above them the mean over the clips.
 * Both kinds of collapse are visible: a single bright column, or uniformly dark rows.
 */
export function distributionsFigure({ networks, labels, title }: DistributionsArgs): Figure {
  const order = labels.map((_, i) => i).sort((a, b) => labels[a].localeCompare(labels[b]) || a - b);
  const shown = networks.map(({ distributions }) => view(distributions, order));
  const outputs = networks[0].distributions.columns;
  const buttons = networks.map(({ name }, i): MenuButton => ({
    label: name,
    method: 'update',
    args: [{ z: [shown[i].z, null], y: [null, shown[i].mean] }, {}, [0, 1]],
  }));
  const peaks = shown.map(({ mean }, i) => {
    const output = placeOfHighest(mean);
    return `${networks[i].name}, highest mean ${numberText(mean[output])} % for output ${output}`;
  });
  const middle = classMiddles(order.map((i) => labels[i]));
  return themed(
    [
      {
        type: 'heatmap',
        z: shown[0].z,
        zmin: 0,
        zmax: 100,
        colorscale: scale,
        colorbar: {
          title: { text: 'probability [%]', side: 'right' },
          thickness: 10,
          outlinewidth: 0,
          len: 0.72,
          y: 0.36,
        },
        hovertemplate: 'clip %{y}, output %{x}: %{z} %<extra></extra>',
      },
      {
        type: 'bar',
        x: Array.from({ length: outputs }, (_, o) => o),
        y: shown[0].mean,
        yaxis: 'y2',
        marker: { color: colours.teacher },
        hovertemplate: 'output %{x}: %{y:.1f} % on average<extra></extra>',
      },
    ],
    {
      alt: `Probability of each of ${outputs} outputs for ${counted(labels.length, 'clip')}, and above it the mean over the clips: ${namesText(peaks)}.`,
      title: title ? { text: title } : undefined,
      height: 480,
      margin: { t: title ? 88 : 48, l: 72 },
      showlegend: false,
      bargap: 0.1,
      xaxis: { title: { text: 'number of the output' }, range: [-0.5, outputs - 0.5], showgrid: false },
      yaxis: {
        title: { text: 'clips by class' },
        domain: [0, 0.72],
        range: [labels.length - 0.5, -0.5],
        tickvals: middle.map(({ at }) => at),
        ticktext: middle.map(({ label }) => label),
        showgrid: false,
      },
      yaxis2: {
        title: { text: 'mean <br>probability [%]' },
        domain: [0.78, 1],
        anchor: 'x',
        range: [0, 100],
      },
      updatemenus: networks.length > 1 ? [buttonRow(buttons)] : [],
    },
  );
}

/** In percent. The rows of single clips are rounded to whole percents, which take a quarter of the bytes. */
function view({ data, columns }: FeatureMatrix, order: readonly number[]) {
  const rows = new Float32Array(order.length * columns);
  const mean = new Array<number>(columns).fill(0);
  order.forEach((row, i) => {
    for (let o = 0; o < columns; o++) {
      const value = data[row * columns + o];
      rows[i * columns + o] = value;
      mean[o] += (100 * value) / order.length;
    }
  });
  return { z: packedPercents(rows, columns), mean: mean.map((value) => Number(value.toPrecision(3))) };
}

/** Centre of each class's rows. */
function classMiddles(sorted: readonly string[]): { readonly label: string; readonly at: number }[] {
  return [...new Set(sorted)].map((label) => ({
    label,
    at: (sorted.indexOf(label) + sorted.lastIndexOf(label)) / 2,
  }));
}
