import type { LossTerm } from '../../model';
import type { StepMetrics } from '../../train';
import { panelHeading, panelLevel, panelRow } from '../charts/panelRow';
import { packed } from '../packed';
import type { Axis, Figure, ScatterTrace, Shape } from '../plotly';
import { contenderColours, dashOf, themed } from '../theme';
import { lossTitle, runningMean, termName } from './trainingCurves';
import { capital, curveText, namesText, numberText } from '../charts/altText';

export interface ComparisonArgs {
  readonly histories: readonly { readonly name: string; readonly history: readonly StepMetrics[] }[];
  /** One panel per term; default: reconstruction and distillation. */
  readonly terms?: readonly LossTerm[];
  /** Reference levels, each in the panel of its term. */
  readonly levels?: Readonly<Partial<Record<LossTerm, { readonly value: number; readonly name: string }>>>;
  readonly title?: string;
}

const gap = 0.12;

/** The same loss terms of several runs: one panel per term, one colour per run, with linked zoom. */
export function comparisonFigure(args: ComparisonArgs): Figure {
  const { histories, terms = ['reconstruction', 'distillation'], levels = {}, title } = args;
  const places = panelRow(terms.length, gap);
  const axes: Record<string, Axis> = {};
  const shapes: Shape[] = [];
  const traces: ScatterTrace[] = [];
  const labels = terms.map((term, panel) => {
    const { start, end, axis } = places[panel];
    const [x, y] = [`x${axis}`, `y${axis}`];
    axes[`xaxis${axis}`] = {
      title: { text: 'step' },
      domain: [start, end],
      anchor: y,
      matches: panel === 0 ? undefined : 'x',
    };
    const level = levels[term];
    axes[`yaxis${axis}`] = {
      anchor: x,
      title: {
        text: lossTitle(
          [term],
          histories.flatMap(({ history }) => history),
        ),
      },
      range: rangeBehindStart(histories, term, level?.value),
    };
    if (level) shapes.push(panelLevel(level.value, places[panel]));
    histories.forEach(({ name, history }, i) => {
      traces.push(curve(name, term, history, { x, y, i, first: panel === 0 }));
    });
    const text = level ? `${termName(term)} (dotted: ${level.name})` : termName(term);
    return panelHeading(text, places[panel]);
  });
  return themed(traces, {
    alt: `${capital(namesText(terms.map((term) => termText(histories, term, levels[term]))))}.`,
    title: title ? { text: title } : undefined,
    height: 320,
    margin: { t: title ? 68 : 28 },
    hovermode: 'x unified',
    showlegend: true,
    legend: { orientation: 'v', x: 1.02, y: 1 },
    ...axes,
    shapes,
    annotations: labels,
  });
}

function termText(
  histories: ComparisonArgs['histories'],
  term: LossTerm,
  level?: { readonly value: number; readonly name: string },
): string {
  const courses = histories.map(({ name, history }) =>
    curveText(name, runningMean(history.map((metrics) => metrics[term]))),
  );
  const beside = level ? `, ${level.name} ${numberText(level.value)}` : '';
  return `${termName(term)} over ${histories[0]?.history.length ?? 0} steps (${namesText(courses)}${beside})`;
}

function curve(
  name: string,
  term: LossTerm,
  history: readonly StepMetrics[],
  place: { readonly x: string; readonly y: string; readonly i: number; readonly first: boolean },
): ScatterTrace {
  const kept = everyFew(history.length);
  const values = runningMean(history.map((metrics) => metrics[term]));
  return {
    type: 'scatter',
    mode: 'lines',
    name,
    legendgroup: name,
    showlegend: place.first,
    x: packed(kept.map((k) => history[k].step)),
    y: packed(kept.map((k) => values[k])),
    xaxis: place.x,
    yaxis: place.y,
    line: { color: contenderColours[place.i % contenderColours.length], width: 2, dash: dashOf(place.i) },
    hovertemplate: `%{y:.4~g}<extra>${name}</extra>`,
  };
}

const mostPoints = 200;

/** At most this many evenly spaced indices, always including the last point. */
function everyFew(count: number): number[] {
  const every = Math.ceil(count / mostPoints);
  return Array.from({ length: count }, (_, k) => k).filter((k) => (count - 1 - k) % every === 0);
}

/** The first few steps are many times as high as the rest and would flatten the part to be compared. */
const steepSteps = 25;

/**
 * Range from the lowest to the highest value after the steep start, with a small margin; double-click shows
 * everything.
 */
function rangeBehindStart(
  histories: ComparisonArgs['histories'],
  term: LossTerm,
  level?: number,
): readonly [number, number] | undefined {
  const shown = histories.flatMap(({ history }) =>
    runningMean(history.map((metrics) => metrics[term])).slice(steepSteps),
  );
  if (shown.length === 0) return undefined;
  const values = level === undefined ? shown : [...shown, level];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = 0.05 * (high - low) || 0.1;
  return [low - air, high + air];
}
