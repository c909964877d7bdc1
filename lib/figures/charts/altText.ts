/* Building blocks of the alternative texts of figures, for screen readers and where no front end draws. */

export interface NamedValue {
  readonly name: string;
  readonly value: number;
}

/** Three significant digits. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'no number';
}

/** `a, b and c`; of a long list, the first names and how many more there are. */
export function namesText(names: readonly string[], most = 8): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  return all.length < 2 ? (all[0] ?? 'nothing') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`;
}

/** `3 clips`, `1 clip`. */
export function counted(count: number, thing: string, things = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : things}`;
}

/** The range from the lowest to the highest finite value. */
export function spanText(values: ArrayLike<number>, unit = ''): string {
  const [low, high] = extent(values);
  if (!(low <= high)) return 'no values';
  const [from, to] = [low, high].map(numberText);
  return from === to ? `${from}${unit}` : `${from} to ${to}${unit}`;
}

/** Each value if there are few, otherwise the highest and the lowest. */
export function valuesText(items: readonly NamedValue[], unit = ''): string {
  const known = items.filter(({ value }) => Number.isFinite(value));
  const text = ({ name, value }: NamedValue) => `${name} ${numberText(value)}${unit}`;
  if (known.length <= 5) return namesText(known.map(text));
  const [first, ...others] = known;
  const highest = others.reduce((a, b) => (b.value > a.value ? b : a), first);
  const lowest = others.reduce((a, b) => (b.value < a.value ? b : a), first);
  return `highest ${text(highest)}, lowest ${text(lowest)}`;
}

/** A curve's first and last value, and its extremes if they lie beyond these. */
export function curveText(name: string, y: ArrayLike<number>): string {
  const known = Array.from(y).filter(Number.isFinite);
  if (known.length === 0) return `${name} without values`;
  const [start, end] = [known[0], known[known.length - 1]];
  const [low, high] = extent(known);
  const text = `${name} from ${numberText(start)} to ${numberText(end)}`;
  const beyond = [
    low < Math.min(start, end) ? `lowest ${numberText(low)}` : '',
    high > Math.max(start, end) ? `highest ${numberText(high)}` : '',
  ].filter(Boolean);
  return beyond.length > 0 ? `${text} (${beyond.join(', ')})` : text;
}

/** Times on a time axis [s]. */
export function momentsText(seconds: readonly number[]): string {
  if (seconds.length === 0) return '';
  const times = seconds.map((moment) => moment.toFixed(2));
  return ` ${counted(seconds.length, 'moment')} marked at ${namesText(times)} s.`;
}

/** Lowest and highest finite value; if there is none, the first is greater than the second. */
export function extent(values: ArrayLike<number>): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  return [low, high];
}

/** Index of the highest value. */
export function placeOfHighest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Capitalises the first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
