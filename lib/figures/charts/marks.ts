import type { Annotation, Shape } from '../plotly';
import { colours } from '../theme';
import { uprightLines } from './lines';

/** A change at a place of the common axis. */
export interface CurveMark {
  readonly x: number;
  /** The changed settings and their new values. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Minimum distance between labelled marks, as a share of the axis. Closer marks, whose labels would overlap,
 * share one label at the first.
 */
const closest = 1 / 24;
const mostCharacters = 34;

export function markLines(marks: readonly CurveMark[]): Shape[] {
  const line = { color: colours.text, width: 1, dash: 'dash' as const };
  return uprightLines(new Set(marks.map(({ x }) => x)), line);
}

/**
 * Labels of the marks, written vertically to the left of their lines.
 *
 * @param reach length of the axis
 */
export function markNames(marks: readonly CurveMark[], reach: number): Annotation[] {
  return shared(marks, reach * closest).map(({ x, values }) => ({
    text: textOf(values),
    xref: 'x',
    x,
    xshift: -2,
    xanchor: 'right',
    yref: 'paper',
    y: 1,
    yanchor: 'top',
    textangle: -90,
    showarrow: false,
    bgcolor: colours.ground,
    font: { size: 11, color: colours.text },
  }));
}

/** Merges neighbouring marks into one that keeps the newest value of each changed setting. */
function shared(marks: readonly CurveMark[], apart: number): CurveMark[] {
  const kept: CurveMark[] = [];
  for (const mark of [...marks].sort((a, b) => a.x - b.x)) {
    const last = kept[kept.length - 1];
    if (last === undefined || (mark.x > last.x && mark.x - last.x >= apart)) kept.push(mark);
    else kept[kept.length - 1] = { x: last.x, values: { ...last.values, ...mark.values } };
  }
  return kept;
}

/** As many values as there is room for, and how many more there are. */
function textOf(values: CurveMark['values']): string {
  const all = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  for (let shown = all.length; shown > 1; shown--) {
    const text = all.slice(0, shown).join(', ');
    if (text.length <= mostCharacters) return more(text, all.length - shown);
  }
  const [first = ''] = all;
  const cut = first.length > mostCharacters ? `${first.slice(0, mostCharacters - 1)}…` : first;
  return more(cut, all.length - 1);
}

function more(text: string, rest: number): string {
  return rest > 0 ? `${text}, +${rest}` : text;
}
