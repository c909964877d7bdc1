import { ablationFeatures, type AblationFeatures, type AblationProbe } from '../../ablation/jobResult';
import type { AblationTable } from '../../ablation/table';
import type { Figure, ScatterTrace } from '../plotly';
import { colours, dashOf, rounded, symbolOf, themed } from '../theme';
import { curveText, namesText, numberText } from '../charts/altText';

export interface CommonShareArgs {
  /** Default: logistic. */
  readonly probe?: AblationProbe;
  readonly title?: string;
}

const featureColours: Record<AblationFeatures, string> = {
  video: colours.video,
  audio: colours.audio,
  both: colours.shared,
};

/**
 * Gain of full XKD over reconstruction, against the share of the class that vision and sound have in common.
 */
export function commonShareFigure(
  { rows }: Pick<AblationTable, 'rows'>,
  { probe = 'logistic', title }: CommonShareArgs = {},
): Figure {
  const full = rows
    .filter(({ name }) => name === 'full' || name.startsWith('full-share-'))
    .sort((a, b) => a.commonShare - b.commonShare);
  const traces = ablationFeatures.map((features, i): ScatterTrace => {
    const points = full.flatMap(({ commonShare, figures }) => {
      const { gain } = figures[features][probe];
      return gain ? [{ commonShare, ...gain }] : [];
    });
    const inPoints = (values: readonly number[]) => rounded(values.map((value) => 100 * value), 4); // prettier-ignore
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: features,
      // Slightly shifted, so that intervals don't cover each other.
      x: points.map(({ commonShare }) => commonShare + 0.012 * (i - 1)),
      y: inPoints(points.map(({ mean }) => mean)),
      line: { color: featureColours[features], width: 2, dash: dashOf(i) },
      marker: { color: featureColours[features], size: 9, symbol: symbolOf(i) },
      error_y: {
        type: 'data',
        array: inPoints(points.map(({ mean, high }) => (high ?? mean) - mean)),
        arrayminus: inPoints(points.map(({ mean, low }) => mean - (low ?? mean))),
        color: featureColours[features],
        thickness: 1.5,
      },
      hovertemplate: `%{y} points<extra>${features}</extra>`,
    };
  });
  const shares = full.map(({ commonShare }) => commonShare);
  const courses = traces.map(({ name, y }) => curveText(name!, y as number[]));
  return themed(traces, {
    alt: `What full XKD adds to reconstruction over the common share, in points of top-1: ${namesText(courses)}, from a share of ${numberText(shares[0] ?? NaN)} to ${numberText(shares[shares.length - 1] ?? NaN)}.`,
    title: title ? { text: title } : undefined,
    height: 340,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: {
      title: { text: 'common share: probability (0 to 1) that the picture shows the class of the sound' },
      tickvals: shares,
    },
    yaxis: { title: { text: 'gain of full XKD [points]' }, zeroline: true },
  });
}
