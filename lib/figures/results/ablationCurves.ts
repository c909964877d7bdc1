import type { AblationCurves, CurveTerm } from '../../ablation/curves';
import { packed } from '../packed';
import type { Figure, ScatterTrace } from '../plotly';
import { dashOf, series, themed } from '../theme';
import { capital, counted, curveText, namesText } from '../charts/altText';
import { levelLine, levelName } from '../charts/lines';
import { lossTitle, termName } from '../method/trainingCurves';

export interface AblationCurvesArgs {
  /** Names of rows. */
  readonly rows: readonly string[];
  readonly term: CurveTerm;
  readonly title?: string;
  /** A named reference level. */
  readonly level?: { readonly value: number; readonly name: string };
}

/** A loss term over the steps of an ablation: a thin line per seed, a colour per row; a click hides a row. */
export function ablationCurvesFigure(
  { steps, curves }: AblationCurves,
  { rows, term, title, level }: AblationCurvesArgs,
): Figure {
  const traces = rows.flatMap((row, i) =>
    curves
      .filter((curve) => curve.row === row)
      .map(({ seed, terms }, s): ScatterTrace => ({
        type: 'scatter',
        mode: 'lines',
        connectgaps: true,
        name: row,
        legendgroup: row,
        showlegend: s === 0,
        x: packed(steps),
        y: packed(valuesOf(terms[term])),
        line: { color: series[i % series.length], width: 1.3, dash: dashOf(i) },
        opacity: 0.8,
        hovertemplate: `%{y:.4~g}<extra>${row}, seed ${seed}</extra>`,
      })),
  );
  const shown = curves.filter(({ row }) => rows.includes(row));
  const first = rows.flatMap((row) => shown.filter((curve) => curve.row === row).slice(0, 1));
  const courses = first.map((curve) => curveText(curve.row, valuesOf(curve.terms[term])));
  return themed(traces, {
    alt: `${capital(termName(term))} over ${steps[steps.length - 1] ?? 0} steps, ${counted(shown.length, 'curve')} of ${counted(rows.length, 'row')}. First seed of each: ${namesText(courses)}.`,
    title: title ? { text: title } : undefined,
    height: 340,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: { title: { text: 'step' } },
    yaxis: { title: { text: lossTitle([term]) }, range: rangeOf(shown.map(({ terms }) => terms[term] ?? []), level?.value) }, // prettier-ignore
    shapes: level ? [levelLine(level.value)] : [],
    annotations: level ? [levelName(level.name, level.value)] : [],
  });
}

/** Ablations of earlier versions have no probe metrics. */
function valuesOf(curve: readonly (number | null)[] = []): number[] {
  return curve.map((value) => value ?? NaN);
}

/**
 * Share of the steps in the steep start. It is many times as high as the rest and would flatten the part to
 * be compared; double-click shows it.
 */
const steepShare = 0.1;

function rangeOf(
  values: readonly (readonly (number | null)[])[],
  level?: number,
): [number, number] | undefined {
  const late = values.flatMap((curve) => curve.slice(Math.floor(steepShare * curve.length)));
  const finite = [...late, level ?? null].filter((value) => value !== null);
  if (finite.length === 0) return undefined;
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const air = 0.05 * (high - low) || 0.1;
  return [low - air, high + air];
}
