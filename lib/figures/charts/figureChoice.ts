import { namesText } from './altText';
import type { Figure, MenuButton, UpdateMenu } from '../plotly';
import { colours } from '../theme';

/** One of several figures with the same axes. */
export interface FigureOption {
  /** Label of its button. */
  readonly name: string;
  readonly figure: Figure;
}

/**
 * Combines figures of the same layout into one, with a button per figure that switches the traces and the
 * title. Axes, shapes and annotations are taken from the first.
 */
export function figureChoice(options: readonly FigureOption[]): Figure {
  const [first] = options;
  const owners = options.flatMap(({ figure }, option) => figure.data.map(() => option));
  const buttons = options.map(({ name, figure }, option): MenuButton => ({
    label: name,
    method: 'update',
    args: [{ visible: owners.map((owner) => owner === option) }, { title: figure.layout.title }],
  }));
  const data = options.flatMap(({ figure }, option) =>
    figure.data.map((trace) => ({ ...trace, visible: option === 0 })),
  );
  const { layout } = first.figure;
  const names = namesText(options.map(({ name }) => name));
  const { t = 44 } = layout.margin ?? {};
  const added = 34;
  return {
    ...first.figure,
    data,
    layout: {
      ...layout,
      meta: {
        ...layout.meta,
        alt: `One of several figures, by buttons: ${names}. On show, ${first.name}: ${layout.meta.alt}`,
      },
      height: (layout.height ?? 450) + added,
      margin: { ...layout.margin, t: t + added },
      updatemenus: [buttonsAbove(buttons)],
    },
  };
}

/** On the left, between title and axes. */
function buttonsAbove(buttons: readonly MenuButton[]): UpdateMenu {
  return {
    type: 'buttons',
    direction: 'right',
    buttons,
    active: 0,
    x: 0,
    xanchor: 'left',
    y: 1,
    yanchor: 'bottom',
    pad: { t: 0, b: 6, l: 0, r: 0 },
    bordercolor: colours.line,
    font: { size: 11, color: colours.text },
  };
}
