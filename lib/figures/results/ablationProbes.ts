import { median } from 'simple-statistics';
import { UserError } from '../../errors';
import type { AblationCurves } from '../../ablation/curves';
import type { ProbedStep } from '../../ablation/probedSteps';
import type { Figure, ScatterTrace } from '../plotly';
import { dashOf, rounded, series, themed } from '../theme';
import { capital, counted, curveText, namesText } from '../charts/altText';

export interface AblationProbesArgs {
  /** Names of rows. */
  readonly rows: readonly string[];
  /** Default: video. */
  readonly features?: 'video' | 'audio';
  readonly title?: string;
}

/**
 * What the networks of an ablation know over their steps (`probeEvery`): a thin line per seed, a thick one for the median of
 * a row's seeds.
 *
 * @throws UserError if none of the rows was probed during its training
 */
export function ablationProbesFigure(
  { curves }: Pick<AblationCurves, 'curves'>,
  { rows, features = 'video', title }: AblationProbesArgs,
): Figure {
  const percent = (probes: readonly ProbedStep[]) =>
    rounded(probes.map((probe) => 100 * probe[features]), 4); // prettier-ignore
  const medians: { name: string; y: number[] }[] = [];
  const traces = rows.flatMap((row, i): ScatterTrace[] => {
    const own = curves.flatMap((curve) => (curve.row === row && curve.probes ? [curve] : []));
    if (own.length === 0) return [];
    const look = { color: series[i % series.length], dash: dashOf(i) };
    const common = { type: 'scatter', mode: 'lines', name: row, legendgroup: row } as const;
    const steps = [...new Set(own.flatMap(({ probes }) => probes!.map(({ step }) => step)))].sort(
      (a, b) => a - b,
    );
    const y = steps.map((step) =>
      median(own.flatMap(({ probes }) => percent(probes!.filter((probe) => probe.step === step)))),
    );
    medians.push({ name: row, y });
    return [
      ...own.map(({ seed, probes }): ScatterTrace => ({
        ...common,
        showlegend: false,
        x: probes!.map(({ step }) => step),
        y: percent(probes!),
        line: { ...look, width: 1 },
        opacity: 0.45,
        hovertemplate: `%{y} %<extra>${row}, seed ${seed}</extra>`,
      })),
      {
        ...common,
        x: steps,
        y,
        line: { ...look, width: 3 },
        hovertemplate: `%{y} %<extra>${row}, median</extra>`,
      },
    ];
  });
  if (medians.length === 0) {
    throw new UserError(
      `None of the rows ${namesText(rows)} was probed during its training; train them with --probe-every.`,
    );
  }
  const courses = medians.map(({ name, y }) => curveText(name, y));
  return themed(traces, {
    alt: `${capital(features)} probe over training steps, median of the seeds of ${counted(medians.length, 'row')}: ${namesText(courses)}.`,
    title: title ? { text: title } : undefined,
    height: 340,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: { title: { text: 'step' } },
    yaxis: { title: { text: `top-1 of the ${features} probe [%]` } },
  });
}
