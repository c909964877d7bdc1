import { type WidgetHost, widgetHost } from './host';
import { type ViewState, controlKind } from './kinds';
import { Widget } from './widget';

interface InputArgs extends ViewState {
  readonly label?: string;
  /** Default: the kernel's host. */
  readonly host?: WidgetHost;
}

/** An input whose value is set by the user, or by the program through `set({ value })`. */
export interface InputState<T> extends ViewState {
  readonly value: T;
}

export interface SliderArgs extends InputArgs {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Number format, in d3-format notation. */
  readonly format?: string;
  /** Reports values while the slider is dragged; default: only when it is released. */
  readonly continuous?: boolean;
}

/** A slider over real numbers. */
export function floatSlider(args: SliderArgs): Widget<InputState<number>> {
  return slider('FloatSlider', args, { format: '.2f' });
}

/** A slider over integers. */
export function intSlider(args: SliderArgs): Widget<InputState<number>> {
  return slider('IntSlider', args, { format: 'd' });
}

/**
 * A slider on a logarithmic scale (base 10): `min` and `max` are values, `step` is a step of the exponent.
 */
export function floatLogSlider(args: SliderArgs): Widget<InputState<number>> {
  const { min, max } = args;
  const exponents = { base: 10, min: Math.log10(min), max: Math.log10(max) };
  return slider('FloatLogSlider', args, { format: '.2e', ...exponents });
}

export interface CheckboxArgs extends InputArgs {
  readonly value: boolean;
}

export function checkbox({
  value,
  label = '',
  host = widgetHost(),
  ...view
}: CheckboxArgs): Widget<InputState<boolean>> {
  return new Widget(host, controlKind('Checkbox'), { value, description: label, indent: true, ...view });
}

export interface DropdownArgs extends InputArgs {
  readonly value: string;
  readonly choices: readonly string[];
}

export interface DropdownState extends ViewState {
  /** Index of the selected option. */
  readonly index: number;
}

/** A selection of one out of several options. */
export function dropdown(args: DropdownArgs): Widget<DropdownState> {
  const { value, choices, label = '', host = widgetHost(), ...view } = args;
  const state = { index: choices.indexOf(value), _options_labels: choices, description: label, ...view };
  return new Widget<DropdownState>(host, controlKind('Dropdown'), state);
}

export interface ButtonState extends ViewState {
  readonly description: string;
  /** Name of the icon in Font Awesome 4. */
  readonly icon: string;
  readonly button_style: '' | 'primary' | 'success' | 'info' | 'warning' | 'danger';
}

export interface ButtonArgs extends InputArgs {
  readonly icon?: string;
  readonly look?: ButtonState['button_style'];
  readonly onClick: () => void;
}

export function button(args: ButtonArgs): Widget<ButtonState> {
  const { label = '', icon = '', look = '', onClick, host = widgetHost(), ...view } = args;
  const state = { description: label, icon, button_style: look, ...view };
  return new Widget<ButtonState>(host, controlKind('Button'), state).onCustom((content) => {
    if ((content as { event?: unknown }).event === 'click') onClick();
  });
}

function slider(name: string, args: SliderArgs, own: { format: string; min?: number; max?: number }) {
  const { label = '', host = widgetHost(), format, continuous = false, ...rest } = args;
  const { format: ownFormat, ...ends } = own;
  const texts = { description: label, readout_format: format ?? ownFormat, continuous_update: continuous };
  return new Widget<InputState<number>>(host, controlKind(name), { ...rest, ...texts, ...ends });
}
