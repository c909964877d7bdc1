import { intervalOf, pairedGain } from '../../ablation/differences';
import type { AblationFigure, Interval } from '../../ablation/table';
import type { Axis, Figure, ScatterTrace } from '../plotly';
import { colours, dashOf, rounded, series, symbolOf, themed } from '../theme';
import { counted, numberText, spanText, valuesText } from '../charts/altText';

export interface PairedSeedsArgs {
  /** The reference row and the row compared with it: names, and top-1 of each seed from 0 to 1. */
  readonly rows: readonly [PairedRow, PairedRow];
  readonly title?: string;
}

export interface PairedRow {
  readonly name: string;
  readonly values: AblationFigure['values'];
}

/**
 * Two rows compared seed by seed. Left: a line per seed from one row to the other, and each row's mean with
 * its 95 % interval. Right: the differences, with their mean and interval.
 *
 * @param args rows with at least two seeds in common
 */
export function pairedSeedsFigure({ rows, title }: PairedSeedsArgs): Figure {
  const [from, to] = rows;
  const pairs = from.values.flatMap((value) => {
    const other = to.values.find(({ seed }) => seed === value.seed);
    return other === undefined ? [] : [{ seed: value.seed, before: value.top1, after: other.top1 }];
  });
  const lines = pairs.map(({ seed, before, after }, i): ScatterTrace => ({
    type: 'scatter',
    mode: 'lines+markers',
    name: `seed ${seed}`,
    x: [0, 1],
    y: percents([before, after]),
    marker: { size: 8, symbol: symbolOf(i) },
    line: { color: series[i % series.length], width: 1.5, dash: dashOf(i) },
    legendgroup: String(seed),
    hovertemplate: `%{y} %<extra>seed ${seed}</extra>`,
  }));
  const differences = pairs.map(({ seed, before, after }, i): ScatterTrace => ({
    type: 'scatter',
    mode: 'markers',
    name: `seed ${seed}`,
    x: [0],
    y: percents([after - before]),
    marker: { size: 8, color: series[i % series.length], symbol: symbolOf(i) },
    xaxis: 'x2',
    yaxis: 'y2',
    legendgroup: String(seed),
    showlegend: false,
    hovertemplate: `%{y} points<extra>seed ${seed}</extra>`,
  }));
  const means = rows.map(({ values }, i) =>
    meanMark(intervalOf(values.map(({ top1 }) => top1)), i ? 1.18 : -0.18),
  );
  const gain = pairedGain(to.values, from.values)!;
  const right: ScatterTrace = { ...meanMark(gain, 0.3), xaxis: 'x2', yaxis: 'y2', showlegend: false };
  const gains = pairs.map(({ seed, before, after }) => ({
    name: `seed ${seed}`,
    value: 100 * (after - before),
  }));
  const names: Axis = { fixedrange: true, zeroline: false, showgrid: false };
  return themed([...lines, { ...means[0], showlegend: true }, means[1], ...differences, right], {
    alt: `Top-1 of ${counted(pairs.length, 'seed')}, each with a line from ${from.name} to ${to.name}: ${valuesText(gains, ' points')}. The mean difference is ${numberText(100 * gain.mean)} points${gain.low === null || gain.high === null ? '' : `, 95 % interval ${spanText([100 * gain.low, 100 * gain.high])}`}.`,
    title: title ? { text: title } : undefined,
    height: 340,
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    xaxis: {
      ...names,
      domain: [0, 0.56],
      range: [-0.4, 1.4],
      tickvals: [0, 1],
      ticktext: [from.name, to.name],
    },
    yaxis: { title: { text: 'top-1 [%]' } },
    xaxis2: {
      ...names,
      domain: [0.7, 1],
      range: [-0.5, 0.7],
      anchor: 'y2',
      tickvals: [0],
      ticktext: [`${to.name} less ${from.name}`],
    },
    yaxis2: { title: { text: 'difference [points]' }, anchor: 'x2', zeroline: true, rangemode: 'tozero' },
  });
}

/** A mean with its interval, in percent. */
function meanMark({ mean, low, high }: Interval, x: number): ScatterTrace {
  const [middle, below, above] = percents([mean, low ?? mean, high ?? mean]);
  return {
    type: 'scatter',
    mode: 'markers',
    name: 'mean, 95 % interval',
    showlegend: false,
    x: [x],
    y: [middle],
    marker: { size: 11, color: colours.text, symbol: 'diamond-wide' },
    error_y: {
      type: 'data',
      array: rounded([above - middle], 4),
      arrayminus: rounded([middle - below], 4),
      color: colours.text,
      thickness: 1.5,
    },
    hovertemplate: `%{y} (${below} to ${above})<extra>mean</extra>`,
  };
}

function percents(shares: readonly number[]): number[] {
  return rounded(
    shares.map((share) => 100 * share),
    4,
  );
}
