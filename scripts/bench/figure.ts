import { writeFigurePage } from 'xkd/dist/figures/pages/figurePage';
import type { BarTrace, Figure } from 'xkd/dist/figures/plotly';
import { patternOf, themed } from 'xkd/dist/figures/theme';
import { type BenchEngine, benchEngines } from './options';
import type { BenchReport } from './report';

/** Colours that people with red-green colour blindness can tell apart; black text is legible on each. */
const colours: Readonly<Record<BenchEngine, string>> = {
  eager: '#e69f00',
  compiled: '#56b4e9',
  pytorch: '#999999',
};
const ink = '#000000';

/** Writes a page with the times and peak memory of all rows. It needs no network. */
export function writeFigure(path: string, report: BenchReport): void {
  writeFigurePage(path, { title: 'XKD benchmark', figure: benchFigure(report) });
}

/** Top: times relative to PyTorch (to the slowest engine if PyTorch was not measured). Bottom: peak memory. */
export function benchFigure({ rows, machine, threads }: BenchReport): Figure {
  const engines = benchEngines.filter((engine) => rows.some((row) => row.engine === engine));
  const label = (row: (typeof rows)[number]) =>
    `${row.preset}, batch ${row.batch}<br>${row.kind}, ${row.precision}`;
  const data = engines.flatMap((engine, i): BarTrace[] => {
    const own = rows.filter((row) => row.engine === engine);
    const marker = {
      color: colours[engine],
      pattern: { ...patternOf(i), fgcolor: 'rgba(255, 255, 255, 0.5)' },
    };
    const bar = {
      type: 'bar',
      name: engine,
      legendgroup: engine,
      marker,
    } as const;
    const x = own.map(label);
    return [
      {
        ...bar,
        x,
        y: own.map(({ medianSeconds }) => medianSeconds * 1000),
        text: own.map(({ ratioToPytorch }) => (ratioToPytorch === null ? '' : ratioToPytorch.toFixed(2))),
        textposition: 'inside',
        insidetextanchor: 'start',
        insidetextfont: { color: ink },
        error_y: {
          type: 'data',
          array: own.map(({ medianSeconds, p90 }) => (p90 - medianSeconds) * 1000),
          arrayminus: own.map(({ medianSeconds, p10 }) => (medianSeconds - p10) * 1000),
        },
      },
      {
        ...bar,
        x,
        y: own.map(({ peakMemoryBytes }) => peakMemoryBytes / 1e9),
        yaxis: 'y2',
        showlegend: false,
      },
    ];
  });
  const times = rows.map(
    (row) => `${label(row).replace('<br>', ', ')}, ${row.engine} ${Math.round(row.medianSeconds * 1000)} ms`,
  );
  return themed(data, {
    alt: `Bars of the median time of a training step, and of peak memory: ${times.join('; ')}.`,
    title: {
      text: `Time of a step (text: ratio to PyTorch) and peak memory; ${machine.processor}, ${threads} threads`,
    },
    barmode: 'group',
    height: 700,
    showlegend: true,
    yaxis: { title: { text: 'time of a step [ms]' }, type: 'log', domain: [0.45, 1] },
    yaxis2: { title: { text: 'peak memory [GB]' }, domain: [0, 0.3] },
    xaxis: { anchor: 'y2', title: { text: 'preset, batch, kind of step and precision' } },
  });
}
