import { figureBundle, type MimeBundle } from '../display';
import type { Figure } from '../../figures/plotly';
import { type AnyWidget, type WidgetHost, widgetHost } from './host';
import { type LayoutState, type ViewState, controlKind, layout, outputKind } from './kinds';
import { Widget } from './widget';

interface ViewArgs extends ViewState {
  /** Default: the kernel's host. */
  readonly host?: WidgetHost;
}

export interface TextState extends ViewState {
  readonly value: string;
}

/** A line of text. */
export function label(value: string, { host = widgetHost(), ...view }: ViewArgs = {}): Widget<TextState> {
  return new Widget(host, controlKind('Label'), { value, ...view });
}

/** A block of HTML. */
export function html(value: string, { host = widgetHost(), ...view }: ViewArgs = {}): Widget<TextState> {
  return new Widget(host, controlKind('HTML'), { value, ...view });
}

export interface ProgressState extends ViewState {
  readonly value: number;
  readonly max: number;
}

/** A progress bar. */
export function progress(
  max: number,
  { host = widgetHost(), ...view }: ViewArgs = {},
): Widget<ProgressState> {
  return new Widget(host, controlKind('IntProgress', 'Progress'), { value: 0, min: 0, max, ...view });
}

export interface BoxState extends ViewState {
  readonly children: readonly AnyWidget[];
}

/** Widgets side by side. */
export function hBox(
  children: readonly AnyWidget[],
  css: LayoutState = {},
  host?: WidgetHost,
): Widget<BoxState> {
  return box('HBox', children, css, host);
}

/** Widgets one below the other. */
export function vBox(
  children: readonly AnyWidget[],
  css: LayoutState = {},
  host?: WidgetHost,
): Widget<BoxState> {
  return box('VBox', children, css, host);
}

/** Widgets in a grid, laid out by `grid_template_columns`. */
export function gridBox(
  children: readonly AnyWidget[],
  css: LayoutState = {},
  host?: WidgetHost,
): Widget<BoxState> {
  return box('GridBox', children, css, host);
}

interface OutputState extends ViewState {
  readonly outputs: readonly object[];
}

/** An area for figures and text among widgets. */
export class OutputView {
  readonly widget: Widget<OutputState>;

  constructor({ host = widgetHost(), ...view }: ViewArgs = {}) {
    this.widget = new Widget<OutputState>(host, outputKind, { outputs: [], ...view });
  }

  /** Shows a figure in place of the previous content. */
  show(figure: Figure): void {
    this.showBundle(figureBundle(figure));
  }

  showText(text: string): void {
    this.showBundle({ 'text/plain': text });
  }

  clear(): void {
    this.widget.set({ outputs: [] });
  }

  private showBundle(data: MimeBundle): void {
    this.widget.set({ outputs: [{ output_type: 'display_data', data, metadata: {} }] });
  }
}

function box(name: string, children: readonly AnyWidget[], css: LayoutState, host = widgetHost()) {
  const state = { children, layout: layout(host, css) };
  return new Widget<BoxState>(host, controlKind(name), state);
}
