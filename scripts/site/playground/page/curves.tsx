import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
  readonly dash?: readonly number[];
}

interface CurvesProps {
  readonly title: string;
  readonly steps: readonly number[];
  readonly curves: readonly Curve[];
  /** Grows with each change of the values. */
  readonly version: number;
  readonly range?: readonly [number, number];
  /** Values are shares, shown in percent. */
  readonly percent?: boolean;
  /** Last step of the run. */
  readonly last: number;
}

const height = 190;

/** Live curves over the steps of a run. */
export function Curves({ title, steps, curves, version, range, percent, last }: CurvesProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const ink = () => getComputedStyle(box.current!).getPropertyValue('color');
    const axis: uPlot.Axis = {
      stroke: ink,
      grid: { stroke: 'rgba(125,135,148,0.25)', width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    };
    const options: uPlot.Options = {
      ...{ width: box.current!.clientWidth, height, legend: { show: false }, cursor: { y: false } },
      scales: { x: { time: false, range: () => [0, last] }, y: range ? { range: [...range] } : {} },
      axes: [
        { ...axis, size: 30 },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => valueText(tick, percent)) },
      ],
      series: [
        {},
        ...curves.map(({ name, colour, dash }) => ({
          ...{ label: name, stroke: () => colourOf(box.current!, colour), width: 2, spanGaps: true },
          ...{ dash: dash && [...dash], points: { show: false } },
        })),
      ],
    };
    const made = new uPlot(options, [[], ...curves.map(() => [])], box.current!);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: box.current!.clientWidth, height }));
    watcher.observe(box.current!);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => made.redraw(false, true);
    scheme.addEventListener('change', repaint);
    return () => {
      watcher.disconnect();
      scheme.removeEventListener('change', repaint);
      made.destroy();
    };
  }, [last]);
  useEffect(() => {
    plot.current?.setData([[...steps], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData);
  }, [version, last]);
  const ends = curves.map(({ name, values }) => ({ name, value: values.at(-1) }));
  const words = ends.map(
    ({ name, value }) => `${name} ${value === undefined ? '-' : valueText(value, percent)}`,
  );
  return (
    <figure class="curves">
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={`${title}, now: ${words.join(', ')}`} />
      <ul class="legend">
        {curves.map(({ name, colour, values, dash }) => (
          <li>
            <span class={dash ? 'key dashed' : 'key'} style={{ borderColor: `var(${colour})` }} />
            {name} <b>{values.length ? valueText(values.at(-1)!, percent) : '–'}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}

/** The colour of a CSS variable where an element stands. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function valueText(value: number, percent = false): string {
  if (!Number.isFinite(value)) return '–';
  return percent ? `${Math.round(100 * value)} %` : String(Number(value.toPrecision(3)));
}
