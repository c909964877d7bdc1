import type { Figure } from 'xkd';

/* Contrast as defined by WCAG 2. */

type Rgb = readonly [red: number, green: number, blue: number];

/** From 1 to 21. */
export function contrast(text: string, ground: string): number {
  const [high, low] = [luminance(rgb(text)), luminance(rgb(ground))].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** A translucent colour on an opaque one. */
export function over(colour: string, ground: string, opacity = 1): string {
  const share = opacity * alpha(colour);
  const [top, below] = [rgb(colour), rgb(ground)];
  return `#${top.map((value, i) => hex(share * value + (1 - share) * below[i])).join('')}`;
}

/** A text of a figure with the backgrounds that it lies on. */
export interface DrawnText {
  readonly what: string;
  readonly colour: string;
  readonly grounds: readonly string[];
}

/** Background of the chosen button. Plotly paints it in a fixed colour; on dark pages our style sheet does. */
const chosenButton = { light: '#f4faff', dark: '#26384c' };

/** All texts with a colour in a figure, each with its backgrounds. */
export function textsOf({ data, layout }: Figure, page: 'light' | 'dark'): DrawnText[] {
  const paper = layout.paper_bgcolor!;
  const own = layout.font!.color!;
  const texts: DrawnText[] = [{ what: 'axes and legend', colour: own, grounds: [paper] }];
  const add = (what: string, colour: string | undefined, ...grounds: string[]) =>
    texts.push({ what, colour: colour ?? own, grounds });
  const buttons = (layout.updatemenus ?? []).flatMap((menu) => menu.buttons);
  const drawn = [layout, ...buttons.map(({ args }) => args[1])] as Pick<Figure['layout'], 'annotations' | 'shapes'>[]; // prettier-ignore
  for (const { annotations = [], shapes = [] } of drawn) {
    for (const { text, x, y, font, bgcolor, xref = 'x' } of annotations) {
      const under = shapes.filter(
        ({ x0, x1, y0, y1, fillcolor }) =>
          fillcolor && !/paper|domain/.test(xref) && x0! <= x && x <= x1! && y0! <= y && y <= y1!,
      );
      const ground = under.reduce((below, { fillcolor }) => over(fillcolor!, below), bgcolor ?? paper);
      add(text, font?.color, ground);
    }
  }
  for (const { font } of layout.updatemenus ?? []) add('buttons', font?.color, paper, chosenButton[page]);
  for (const { font, currentvalue } of layout.sliders ?? []) {
    add('slider', font?.color, paper);
    add('value of a slider', currentvalue?.font?.color, paper);
  }
  add('under the pointer', layout.hoverlabel!.font!.color, layout.hoverlabel!.bgcolor!);
  for (const trace of data) {
    if (trace.type === 'bar' && trace.text && trace.textposition !== 'outside') {
      const { color, pattern } = trace.marker!;
      for (const bar of [color].flat() as string[]) {
        const stripes = pattern?.shape ? [over(pattern.fgcolor!, bar)] : [];
        add(`in bars of ${trace.name}`, trace.insidetextfont?.color, bar, ...stripes);
      }
    }
    if (trace.type === 'heatmap' && trace.texttemplate) {
      const stops = trace.colorscale as readonly (readonly [number, string])[];
      add('in cells', trace.textfont?.color, ...stops.map(([, colour]) => colour));
    }
  }
  return texts;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rgb(colour: string): Rgb {
  const parts = /^rgba?\(([^)]*)\)$/.exec(colour)?.[1].split(',').map(Number);
  if (parts) return [parts[0], parts[1], parts[2]];
  if (!/^#[0-9a-f]{6}([0-9a-f]{2})?$/.test(colour)) throw new Error(`"${colour}" is no colour with figures`);
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as unknown as Rgb;
}

function alpha(colour: string): number {
  if (colour.startsWith('rgba')) return Number(colour.slice(0, -1).split(',')[3]);
  return colour.length === 9 ? parseInt(colour.slice(7), 16) / 255 : 1;
}

function hex(value: number): string {
  return Math.round(value).toString(16).padStart(2, '0');
}
