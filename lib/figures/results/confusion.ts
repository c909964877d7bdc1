import type { Figure } from '../plotly';
import { cellInk, cellScale, themed } from '../theme';
import { counted, placeOfHighest, valuesText } from '../charts/altText';

export interface ConfusionArgs {
  readonly classes: readonly string[];
  /** `counts[true][predicted]` */
  readonly counts: readonly (readonly number[])[];
  readonly title?: string;
}

/** Confusion matrix: a row per true class, normalised to 100 %. */
export function confusionFigure({ classes, counts, title }: ConfusionArgs): Figure {
  const shares = counts.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum > 0 ? Math.round((100 * count) / sum) : 0));
  });
  const right = classes.map((name, i) => ({ name, value: shares[i][i] }));
  const wrong = shares.map((row, i) => row.map((share, j) => (i === j ? 0 : share)));
  const taken = placeOfHighest(wrong.flat());
  const [from, to] = [Math.floor(taken / classes.length), taken % classes.length];
  const most = wrong[from]?.[to] ?? 0;
  const worst =
    most > 0
      ? `Most often ${classes[from]} is taken for ${classes[to]}: ${most} %.`
      : 'No class is taken for another.';
  const side = Math.min(520, 140 + 48 * classes.length);
  return themed(
    [
      {
        type: 'heatmap',
        x: classes,
        y: classes,
        z: shares,
        zmin: 0,
        zmax: 100,
        colorscale: cellScale,
        textfont: { color: cellInk },
        text: shares.map((row) => row.map((share) => (share > 0 ? String(share) : ''))),
        texttemplate: '%{text}',
        xgap: 1,
        ygap: 1,
        colorbar: { title: { text: '% of the class', side: 'right' }, thickness: 10, outlinewidth: 0 },
        hovertemplate: '%{y} taken for %{x}: %{z} %<extra></extra>',
      },
    ],
    {
      alt: `Confusion of ${counted(classes.length, 'class', 'classes')}: ${valuesText(right, ' % right')}. ${worst}`,
      title: title ? { text: title } : undefined,
      width: side + 120,
      height: side + 40,
      xaxis: { title: { text: 'predicted class' }, type: 'category', showgrid: false, tickangle: -40 },
      yaxis: { title: { text: 'true class' }, type: 'category', showgrid: false, autorange: 'reversed' },
    },
  );
}
