import { plot } from 'asciichart';

/** A curve over the steps of a run. */
export interface TerminalCurve {
  readonly name: string;
  readonly values: readonly number[];
}

export interface CurvesSize {
  /** Characters per line. */
  readonly width: number;
  /** Lines per curve, without its title. */
  readonly height: number;
}

/** Curves as text, two side by side if there is room. */
export function terminalCurves(curves: readonly TerminalCurve[], { width, height }: CurvesSize): string[] {
  const across = width >= 2 * leastWidth + gap.length ? 2 : 1;
  const each = Math.floor((width - (across - 1) * gap.length) / across);
  const blocks = curves.map((curve) => drawCurve(curve, { width: each, height }));
  const lines: string[] = [];
  for (let i = 0; i < blocks.length; i += across) {
    const row = blocks.slice(i, i + across);
    for (let line = 0; line <= height; line++)
      lines.push(row.map((block) => (block[line] ?? '').padEnd(each)).join(gap).trimEnd()); // prettier-ignore
  }
  return lines;
}

/** A title and `height` lines. Values that are not numbers are replaced by the ones before them. */
function drawCurve({ name, values }: TerminalCurve, { width, height }: CurvesSize): string[] {
  const last = values[values.length - 1];
  const title = last === undefined ? name : `${name} ${last.toFixed(3)}`;
  const shown = means(values, Math.max(width - labelWidth - 2, 1));
  if (shown.length === 0) return [title, values.length === 0 ? 'no steps yet' : 'no value is a number'];
  const format = (value: number) => label(value).padStart(labelWidth);
  const chart = plot(flattened(shown), { height: height - 1, format });
  return [title, ...chart.split('\n').slice(0, height)];
}

/** Removes differences that are only rounding errors, which would give the chart an endless number of lines. */
function flattened(values: number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isFlat = high - low <= 1e-6 * Math.max(Math.abs(low), Math.abs(high));
  return isFlat ? values.map(() => low) : values;
}

/** Means over intervals of equal length, one per character. */
function means(values: readonly number[], most: number): number[] {
  const count = Math.min(values.length, most);
  const kept: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * values.length) / count);
    const stretch = values.slice(from, Math.floor(((i + 1) * values.length) / count)).filter(Number.isFinite);
    if (stretch.length > 0) kept.push(stretch.reduce((sum, value) => sum + value, 0) / stretch.length);
    else if (kept.length > 0) kept.push(kept[kept.length - 1]);
  }
  return kept;
}

function label(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.length <= labelWidth ? text : value.toExponential(1);
}

const labelWidth = 8;
const leastWidth = 36;
const gap = '   ';
