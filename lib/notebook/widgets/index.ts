export type { Comm, KernelComms } from './comm';
export { type AnyWidget, WidgetHost, type WidgetsMissing, widgetHost } from './host';
export { type LayoutState, type ViewState, layout, style } from './kinds';
export * from './inputs';
export * from './show';
export * from './views';
export { Widget, type WidgetKind } from './widget';
