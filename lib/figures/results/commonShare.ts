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
 * Gain of full XKD over reconstruction, with a band for its 95 % interval, against the share of the class that vision and sound
 * have in common.
 */
export function commonShareFigure(
  { rows }: Pick<AblationTable, 'rows'>,
  { probe = 'logistic', title }: CommonShareArgs = {},
): Figure {
  const full = rows
    .filter(({ name }) => name === 'full' || name.startsWith('full-share-'))
    .sort((a, b) => a.commonShare - b.commonShare);
  const lines = ablationFeatures.map((features, i) => {
    const points = full.flatMap(({ commonShare, figures }) => {
      const { gain } = figures[features][probe];
      return gain ? [{ commonShare, ...gain }] : [];
    });
    const inPoints = (values: readonly number[]) => rounded(values.map((value) => 100 * value), 4); // prettier-ignore
    return {
      features,
      colour: featureColours[features],
      x: points.map(({ commonShare }) => commonShare),
      y: inPoints(points.map(({ mean }) => mean)),
      low: inPoints(points.map(({ mean, low }) => low ?? mean)),
      high: inPoints(points.map(({ mean, high }) => high ?? mean)),
      look: { dash: dashOf(i), symbol: symbolOf(i) },
    };
  });
  const traces: ScatterTrace[] = [
    ...lines.map(({ features, colour, x, low, high }) => ({
      type: 'scatter' as const,
      mode: 'lines' as const,
      name: `${features}, 95 % interval`,
      legendgroup: features,
      showlegend: false,
      x: [...x, ...x.slice().reverse()],
      y: [...high, ...low.slice().reverse()],
      fill: 'toself' as const,
      fillcolor: colour,
      line: { color: colour, width: 0 },
      opacity: 0.18,
      hoverinfo: 'skip' as const,
    })),
    ...lines.map(({ features, colour, x, y, low, high, look }) => ({
      type: 'scatter' as const,
      mode: 'lines+markers' as const,
      name: features,
      legendgroup: features,
      x,
      y,
      text: low.map((from, i) => `${from} to ${high[i]}`),
      line: { color: colour, width: 2, dash: look.dash },
      marker: { color: colour, size: 9, symbol: look.symbol },
      hovertemplate: `%{y} points (%{text})<extra>${features}</extra>`,
    })),
  ];
  const shares = full.map(({ commonShare }) => commonShare);
  const courses = lines.map(({ features, y }) => curveText(features, y));
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
