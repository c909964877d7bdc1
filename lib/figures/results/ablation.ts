import { gainText, percentText } from '../../ablation/figureText';
import type { AblationFeatures, AblationProbe } from '../../ablation/jobResult';
import type { AblationTable, AblationTableRow } from '../../ablation/table';
import type { Axis, Figure, ScatterTrace } from '../plotly';
import { escapeHtml } from '../../table';
import { colours, rounded, series, symbolOf, themed } from '../theme';
import { valuesText } from '../charts/altText';

export interface AblationFigureArgs {
  /** Default: logistic. */
  readonly probe?: AblationProbe;
  /** Default: video. */
  readonly features?: AblationFeatures;
}

/** Height of a row, and space above and below all rows [px]. */
const rowHeight = 30;
const marginTop = 72;
/** Distance of the legend below the rows, under the axis titles. */
const legendDepth = 56;
/** On narrow pages each of the legend's names has a row of its own. */
const legendRowHeight = 20;

/**
 * The gain of each row over its reference row, per data set. Left: ours, as the mean of the paired
 * differences with its 95 % interval and a dot per seed. Right: the paper's.
 */
export function ablationFigure(
  { rows, seeds }: Pick<AblationTable, 'rows' | 'seeds'>,
  { probe = 'logistic', features = 'video' }: AblationFigureArgs = {},
): Figure {
  const compared = rows.filter((row) => row.figures[features][probe].gain !== null);
  const place = { type: 'scatter', mode: 'markers', hoverinfo: 'text' } as const;
  const gains = compared.map((row) => row.figures[features][probe].gain!);
  const colour = features === 'audio' ? colours.audio : features === 'video' ? colours.video : colours.shared;
  const dots = compared.flatMap((row, line) =>
    differences(rows, row, features, probe).map((dot) => {
      const sentences = (row.failures ?? []).filter(({ seed }) => seed === dot.seed);
      return { ...dot, line, said: sentences.map(({ sentence }) => sentence) };
    }),
  );
  const each = (name: string, own: typeof dots, marker: ScatterTrace['marker']): ScatterTrace => ({
    ...place,
    name,
    x: rounded(
      own.map(({ difference }) => 100 * difference),
      4,
    ),
    y: own.map(({ line }) => line),
    text: own.map(({ seed, difference, said }) =>
      [`seed ${seed}: ${(100 * difference).toFixed(1)} points`, ...said.map(escapeHtml)].join('<br>'),
    ),
    marker: { color: colour, ...marker },
  });
  const failed = dots.filter(({ said }) => said.length > 0);
  const sound = dots.filter(({ said }) => said.length === 0);
  const ours: ScatterTrace[] = [
    each('ours, each seed', sound, { size: 6, opacity: 0.4 }),
    ...(failed.length > 0 ? [each('ours, training went wrong', failed, { size: 9, symbol: 'x' })] : []),
    {
      ...place,
      name: `ours, mean of ${seeds.length} seeds with 95 % interval`,
      x: rounded(
        gains.map(({ mean }) => 100 * mean),
        4,
      ),
      y: compared.map((_, line) => line),
      text: compared.map((row) => hover(row, features, probe)),
      marker: { color: colour, size: 11 },
      error_x: {
        type: 'data',
        array: rounded(
          gains.map(({ mean, high }) => 100 * ((high ?? mean) - mean)),
          4,
        ),
        arrayminus: rounded(
          gains.map(({ mean, low }) => 100 * (mean - (low ?? mean))),
          4,
        ),
        color: colour,
        thickness: 1.5,
      },
    },
  ];
  const added = compared.map(({ title }, i) => ({ name: title, value: 100 * gains[i].mean }));
  const axis: Axis = { range: [compared.length - 0.5, -0.5], zeroline: false, fixedrange: true };
  const traces = [...ours, ...paperTraces(compared, features)];
  const marginBottom = legendDepth + traces.length * legendRowHeight;
  return themed(traces, {
    alt: `A row for each part of the method with what it adds to top-1 by ${features === 'both' ? 'video and audio' : features} features, the mean of ${seeds.length} seeds, and beside it what the paper gives. Ours: ${valuesText(added, ' points')}.`,
    title: { text: `What each row adds, ${features} [points of top-1]` },
    height: compared.length * rowHeight + marginTop + marginBottom,
    margin: { t: marginTop, b: marginBottom, l: 200 },
    showlegend: true,
    legend: { orientation: 'h', x: 0, y: -legendDepth / (compared.length * rowHeight), yanchor: 'top' },
    xaxis: { domain: [0, 0.68], zeroline: true, title: { text: 'ours [points]' } },
    xaxis2: {
      domain: [0.72, 1],
      zeroline: true,
      anchor: 'y2',
      title: { text: 'the paper’s [points]' },
    },
    yaxis: {
      ...axis,
      tickvals: compared.map((_, line) => line),
      ticktext: compared.map(({ title }) => escapeHtml(title)),
    },
    yaxis2: { ...axis, anchor: 'x2', showticklabels: false, tickvals: compared.map((_, line) => line) },
  });
}

/** Per-seed differences, from 0 to 1. */
function differences(
  rows: readonly AblationTableRow[],
  row: AblationTableRow,
  features: AblationFeatures,
  probe: AblationProbe,
): { seed: number; difference: number }[] {
  const others = rows.find(({ name }) => name === row.against)!.figures[features][probe].values;
  return row.figures[features][probe].values.flatMap(({ seed, top1 }) => {
    const other = others.find((each) => each.seed === seed);
    return other === undefined ? [] : [{ seed, difference: top1 - other.top1 }];
  });
}

function paperTraces(rows: readonly AblationTableRow[], features: AblationFeatures): ScatterTrace[] {
  const marks = rows.flatMap(({ paper }, line) =>
    paper.flatMap((figure) =>
      figure.modality === features && figure.gain !== null ? [{ ...figure, gain: figure.gain, line }] : [],
    ),
  );
  const datasets = [...new Set(marks.map(({ dataset }) => dataset))];
  return datasets.map((dataset, i) => {
    const own = marks.filter((mark) => mark.dataset === dataset);
    return {
      type: 'scatter',
      mode: 'markers',
      name: `paper, ${dataset}`,
      xaxis: 'x2',
      yaxis: 'y2',
      hoverinfo: 'text',
      x: own.map(({ gain }) => gain),
      y: own.map(({ line }) => line),
      text: own.map(
        ({ percent, gain }) =>
          `${escapeHtml(dataset)}: ${percent.toFixed(1)} %, ${gain.toFixed(1)} points more`,
      ),
      marker: { color: series[(i + 2) % series.length], size: 9, symbol: symbolOf(i + 2) },
    };
  });
}

function hover(row: AblationTableRow, features: AblationFeatures, probe: AblationProbe): string {
  const { ours, gain, values } = row.figures[features][probe];
  return [
    row.title,
    `gain ${gainText(gain)} over "${row.against}"`,
    `top-1 ${percentText(ours)} %, ${values.length} seeds`,
    Object.entries(row.overrides)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(', '),
  ]
    .filter(Boolean)
    .map(escapeHtml)
    .join('<br>');
}
