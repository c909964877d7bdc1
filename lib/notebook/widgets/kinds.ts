import type { AnyWidget, WidgetHost } from './host';
import { Widget, type WidgetKind } from './widget';

/** CSS of a widget's box, by the widget protocol's names. */
export type LayoutState = Readonly<
  Partial<
    Record<
      | 'width'
      | 'min_width'
      | 'max_width'
      | 'height'
      | 'margin'
      | 'padding'
      | 'flex'
      | 'flex_flow'
      | 'align_items'
      | 'justify_content'
      | 'grid_template_columns'
      | 'grid_gap'
      | 'border_top'
      | 'display',
      string
    >
  >
>;

/** A visible widget. */
export interface ViewState {
  readonly layout?: AnyWidget;
  readonly style?: AnyWidget;
  readonly disabled?: boolean;
  /** Shown when the pointer hovers over it. */
  readonly tooltip?: string | null;
}

const controls = { module: '@jupyter-widgets/controls', version: '2.0.0' };
const base = { module: '@jupyter-widgets/base', version: '2.0.0' };

/** A control or a box, by the stem of its class names. */
export function controlKind(name: string, view = name): WidgetKind {
  return { ...controls, model: `${name}Model`, view: `${view}View` };
}

export const outputKind: WidgetKind = {
  module: '@jupyter-widgets/output',
  version: '1.0.0',
  model: 'OutputModel',
  view: 'OutputView',
};

/** The layout of a widget; several widgets may share one. */
export function layout(host: WidgetHost, css: LayoutState): Widget<LayoutState> {
  return new Widget(host, { ...base, model: 'LayoutModel', view: 'LayoutView' }, css);
}

/** The style of a widget; several of a kind may share one. */
export function style(host: WidgetHost, name: string, values: object): Widget {
  const kind = { ...controls, model: `${name}StyleModel`, view: 'StyleView', viewModule: base.module };
  return new Widget(host, kind, values);
}
