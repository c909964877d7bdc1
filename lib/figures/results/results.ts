import { groupBy } from '../../eval/report/distinctRuns';
import {
  featuresText,
  intervalText,
  paperSource,
  paperText,
  protocolText,
  seedsText,
  valueText,
} from '../../eval/report/figureText';
import type { ReportRow, ResultReport } from '../../eval/report/makeReport';
import type { Annotation, Axis, Figure, ScatterTrace } from '../plotly';
import { escapeHtml } from '../../table';
import { colours, rounded, themed } from '../theme';
import { counted, valuesText } from '../charts/altText';

/**
 * Pixels: height of a row, height of a data set's heading, space above and below all rows, distance of the
 * legend below them.
 */
const rowHeight = 24;
const headingHeight = 44;
const marginTop = 40;
const marginBottom = 116;
const legendDepth = 66;
/** Maximum number of files named in a mark's hover text; the rest is counted. */
const mostFiles = 6;

/** A panel's rows and its position, in pixels from the bottom. */
interface Panel {
  readonly index: number;
  readonly rows: readonly ReportRow[];
  readonly bottom: number;
  readonly top: number;
}

/**
 * Means with intervals, single runs and the paper's figures: one panel per data set, one line per row. The
 * hover text of a mark lists seeds, settings and files. Metrics that are not shares, or that papers do not
 * report, are left to the tables.
 */
export function resultsFigure({ rows }: Pick<ResultReport, 'rows'>): Figure {
  const shares = rows.filter(({ isShare, isMain }) => isShare && isMain);
  const means = shares.map((row) => ({ name: `${row.dataset}, ${label(row)}`, value: 100 * row.ours.mean }));
  const panels = stack([...groupBy(shares, ({ dataset }) => dataset).values()]);
  const height = Math.max(rowHeight, ...panels.map(({ top }) => top + headingHeight));
  const axes: Record<string, Axis> = {};
  const annotations: Annotation[] = [];
  for (const { index, rows, bottom, top } of panels) {
    const suffix = index === 0 ? '' : String(index + 1);
    axes[`yaxis${suffix}`] = {
      domain: [bottom / height, top / height],
      range: [rows.length - 0.5, -0.5],
      tickvals: rows.map((_, line) => line),
      ticktext: rows.map((row) => escapeHtml(label(row))),
      zeroline: false,
      fixedrange: true,
    };
    annotations.push(heading(rows[0], top / height));
  }
  return themed(withLegend(panels.flatMap(traces)), {
    alt: `Means with intervals of ${counted(shares.length, 'result')} on ${counted(panels.length, 'data set')}, beside the paper’s. Ours: ${valuesText(means, ' %')}.`,
    title: { text: 'Ours beside the paper’s [%]' },
    height: height + marginTop + marginBottom,
    margin: { t: marginTop, b: marginBottom, l: 120 },
    showlegend: true,
    legend: { orientation: 'h', x: 0, y: -legendDepth / height, yanchor: 'top' },
    xaxis: {
      range: [0, 101],
      anchor: panels.length > 1 ? `y${panels.length}` : 'y',
      title: { text: 'result [%]' },
    },
    ...axes,
    annotations,
  });
}

/** The first panel is at the top. */
function stack(groups: readonly (readonly ReportRow[])[]): Panel[] {
  let bottom = groups.reduce((sum, rows) => sum + rows.length * rowHeight + headingHeight, 0);
  return groups.map((rows, index) => {
    const top = bottom - headingHeight;
    bottom = top - rows.length * rowHeight;
    return { index, rows, bottom, top };
  });
}

function traces({ index, rows }: Panel): ScatterTrace[] {
  const place = {
    type: 'scatter',
    mode: 'markers',
    yaxis: index === 0 ? 'y' : `y${index + 1}`,
    hoverinfo: 'text',
  } as const;
  const lines = rows.map((row, line) => ({ row, line }));
  // For a single run, the run is the mean.
  const several = lines.filter(({ row }) => row.ours.values.length > 1);
  const runs = several.flatMap(({ row, line }) => row.ours.values.map((run) => ({ row, line, run })));
  const published = lines.filter(({ row }) => row.paper !== null);
  const ends = lines.map(({ row: { ours } }) => [ours.low ?? ours.mean, ours.high ?? ours.mean]);
  return [
    {
      ...place,
      name: 'ours, each run',
      legendgroup: 'runs',
      x: rounded(
        runs.map(({ run }) => 100 * run.value),
        5,
      ),
      y: runs.map(({ line }) => line),
      text: runs.map(({ row, run }) =>
        hover([
          `${valueText(row, run.value)}, pretraining seed ${run.networkSeed}, evaluation seed ${run.seed}`,
          run.path,
        ]),
      ),
      marker: { color: colours.video, size: 6, opacity: 0.4 },
    },
    {
      ...place,
      name: 'ours, mean with 95 % interval',
      legendgroup: 'ours',
      x: rounded(
        rows.map(({ ours }) => 100 * ours.mean),
        5,
      ),
      y: lines.map(({ line }) => line),
      text: rows.map((row) => hover(hoverLines(row))),
      marker: { color: colours.video, size: 10 },
      error_x: {
        type: 'data',
        array: rounded(rows.map(({ ours }, i) => 100 * (ends[i][1] - ours.mean))),
        arrayminus: rounded(rows.map(({ ours }, i) => 100 * (ours.mean - ends[i][0]))),
        color: colours.video,
        thickness: 1.5,
      },
    },
    {
      ...place,
      name: `the paper’s (${paperSource}); open: not comparable in size`,
      legendgroup: 'paper',
      x: published.map(({ row }) => row.paper!.percent),
      y: published.map(({ line }) => line),
      text: published.map(({ row }) => hover(paperLines(row))),
      marker: { color: colours.audio, size: 10, symbol: published.map(symbolOf) },
    },
  ];
}

/** An open mark if the model's size makes the figure not comparable. */
function symbolOf({ row }: { readonly row: ReportRow }): string {
  return row.paper!.limits.length > 0 ? 'diamond-open' : 'diamond';
}

/** The first trace of each kind of mark gets the legend entry. */
function withLegend(traces: readonly ScatterTrace[]): ScatterTrace[] {
  const named = new Set<string>();
  return traces
    .filter(({ y }) => 'length' in y && y.length > 0)
    .map((trace) => {
      const showlegend = !named.has(trace.name!);
      named.add(trace.name!);
      return { ...trace, showlegend };
    });
}

function label(row: ReportRow): string {
  const { variant, network, metric } = row;
  return `${protocolText(row)} · ${featuresText(row)} · ${variant} ${network} · ${metric}`;
}

function hoverLines(row: ReportRow): string[] {
  const { values } = row.ours;
  const files = values.slice(0, mostFiles).map(({ path }) => path);
  const rest = values.length - files.length;
  return [
    label(row),
    `ours: ${valueText(row, row.ours.mean)}, 95 % interval ${intervalText(row)}, seeds: ${seedsText(row)}`,
    ...(row.paper ? paperLines(row) : []),
    ...settingsLines(row.allSettings),
    ...files,
    ...(rest > 0 ? [`and ${rest} more files`] : []),
  ];
}

function paperLines(row: ReportRow): string[] {
  const { others, limits } = row.paper!;
  return [
    `the paper’s: ${paperText(row)}`,
    ...others.map(({ percent, title }) => `also ${percent.toFixed(1)} % (${title})`),
    ...(limits.length > 0 ? ['† not comparable in size:', ...limits] : []),
  ];
}

/** A few settings per line, to fit the window. */
function settingsLines(settings: ReportRow['allSettings']): string[] {
  const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 4) lines.push(words.slice(at, at + 4).join(', '));
  return lines;
}

/** Plotly supports a subset of HTML in such texts. */
function hover(lines: readonly string[]): string {
  return lines.map(escapeHtml).join('<br>');
}

function heading({ dataset, classes }: ReportRow, y: number): Annotation {
  const text = `<b>${escapeHtml(dataset)}</b>, ${classes} classes`;
  const place = { xref: 'paper', yref: 'paper', x: 0, y, xanchor: 'left', yanchor: 'bottom' } as const;
  return { text, ...place, showarrow: false, font: { size: 13 } };
}
