import type { Figure } from '../plotly';
import { packed } from '../packed';
import { colours, rounded, sliderBelow, symbolOf, themed } from '../theme';
import { valuesText } from '../charts/altText';

export interface CloudPair {
  /** Slider label of the pair. */
  readonly label: string;
  /** Points of both clouds in the plane, `[N, 2]`, point by point. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Contribution of each kernel of the mixture to the discrepancy. */
  readonly parts: readonly number[];
}

export interface KernelMixtureArgs {
  /** One pair per slider position. */
  readonly pairs: readonly CloudPair[];
  readonly gammas: readonly number[];
  /** Name of the quantity that the slider changes. */
  readonly name: string;
  readonly active?: number;
}

/** Two clouds, and beside them the contribution of each Gaussian of the kernel; a slider moves the clouds. */
export function kernelMixtureFigure({ pairs, gammas, name, active = 0 }: KernelMixtureArgs): Figure {
  const [low, high] = extent(pairs);
  const most = Math.max(...pairs.flatMap(({ parts }) => parts));
  const least = Math.min(0, ...pairs.flatMap(({ parts }) => parts));
  const at = ({ x, y, parts }: CloudPair) => ({
    x: [every(x, 0), every(y, 0), gammas.map(String)],
    y: [every(x, 1), every(y, 1), rounded(parts)],
  });
  const total = ({ parts }: CloudPair) => `MMD ${parts.reduce((a, b) => a + b, 0).toFixed(3)}`;
  const now = at(pairs[active]);
  const cloud = (i: 0 | 1, title: string, color: string) =>
    ({ type: 'scatter', mode: 'markers', name: title, x: now.x[i], y: now.y[i], marker: { size: 7, opacity: 0.75, color, symbol: symbolOf(i) } }) as const; // prettier-ignore
  const bars = { type: 'bar', x: gammas.map(String), y: rounded(pairs[active].parts), name: 'part of the MMD' } as const; // prettier-ignore
  const parts = gammas.map((gamma, i) => ({ name: `gamma ${gamma}`, value: pairs[active].parts[i] }));
  return themed(
    [
      cloud(0, 'X', colours.video),
      cloud(1, 'Y', colours.audio),
      {
        ...bars,
        xaxis: 'x2',
        yaxis: 'y2',
        marker: { color: colours.good },
        showlegend: false,
        hovertemplate: 'gamma %{x}: %{y}<extra></extra>',
      },
    ],
    {
      alt: `Two clouds of ${pairs[active].x.length / 2} points at ${name} ${pairs[active].label}, and what each of ${gammas.length} kernels adds to their ${total(pairs[active])}: ${valuesText(parts)}. A slider moves the clouds; at ${name} ${pairs[pairs.length - 1].label} it is ${total(pairs[pairs.length - 1])}.`,
      title: { text: total(pairs[active]) },
      height: 440,
      margin: { t: 72, b: 124 },
      showlegend: true,
      legend: { orientation: 'h', x: 0, y: 1, yanchor: 'bottom' },
      bargap: 0.3,
      xaxis: { title: { text: 'first coordinate' }, domain: [0, 0.46], range: [low, high] },
      yaxis: { title: { text: 'second coordinate' }, scaleanchor: 'x', showticklabels: false },
      xaxis2: { title: { text: 'gamma' }, domain: [0.56, 1], anchor: 'y2', type: 'category' },
      yaxis2: { title: { text: 'part of the MMD' }, anchor: 'x2', range: [1.1 * least, 1.1 * most] },
      sliders: [
        sliderBelow(
          pairs.map((pair) => ({ label: pair.label, args: [at(pair), { 'title.text': total(pair) }] })),
          { name, active, y: -0.22 },
        ),
      ],
    },
  );
}

/**
 * Range from the leftmost to the rightmost point of all pairs, with a small margin, so that the axes stay
 * fixed.
 */
function extent(pairs: readonly CloudPair[]): [number, number] {
  const across = pairs.flatMap(({ x, y }) =>
    [...Array.from(x), ...Array.from(y)].filter((_, i) => i % 2 === 0),
  );
  const [low, high] = [Math.min(...across), Math.max(...across)];
  const air = 0.05 * (high - low) || 1;
  return [low - air, high + air];
}

function every(places: ArrayLike<number>, offset: number) {
  return packed(Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + offset]));
}
