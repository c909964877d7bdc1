import type { ConfigKey, FieldValues, Override } from '../../config';
import { type AnyWidget, type Widget, type WidgetHost, layout, style } from '../widgets';
import { checkbox, dropdown, floatLogSlider, floatSlider, intSlider } from '../widgets';

/** A configuration key in a panel. */
export interface FieldControl {
  readonly key: string;
  readonly widget: AnyWidget;
  /** Shows a value, overwriting what the user left there. */
  show(value: Override): void;
  enable(enabled: boolean): void;
}

/** Shared layout of a panel's controls, so that they line up. */
export interface FieldLook {
  readonly layout: AnyWidget;
  readonly slider: AnyWidget;
  readonly others: AnyWidget;
}

/** Leaves some room for the slider on a narrow page. */
const labelWidth = 'min(175px, 42%)';

export function fieldLook(host: WidgetHost): FieldLook {
  return {
    layout: layout(host, { width: 'auto', margin: '1px 0' }),
    slider: style(host, 'Slider', { description_width: labelWidth }),
    others: style(host, 'Description', { description_width: labelWidth }),
  };
}

/**
 * The control that suits a key's values: slider, drop-down or check box; null if there is none.
 *
 * @param changed called with the value that the user set
 */
export function fieldControl(
  field: ConfigKey & { readonly name: string },
  host: WidgetHost,
  look: FieldLook,
  changed: (value: Override) => void,
): FieldControl | null {
  const { key, name, value, values, help } = field;
  const common = { label: name, host, layout: look.layout, tooltip: `${key}: ${help}` };
  if (values.kind === 'choice') {
    const { choices } = values;
    const widget = dropdown({ ...common, style: look.others, value: String(value), choices });
    widget.onChange(({ index }) => index !== undefined && changed(choices[index]));
    return {
      ...bound(key, widget),
      show: (newest) => widget.set({ index: choices.indexOf(String(newest)) }),
    };
  }
  if (values.kind === 'switch') {
    const widget = checkbox({ ...common, style: look.others, value: value === true });
    widget.onChange((change) => change.value !== undefined && changed(change.value));
    return { ...bound(key, widget), show: (newest) => widget.set({ value: newest === true }) };
  }
  if (values.kind !== 'number' || typeof value !== 'number') return null;
  const reach = sliderReach(values, value);
  const args = { ...common, style: look.slider, value, ...reach };
  const widget = values.integer ? intSlider(args) : reach.log ? floatLogSlider(args) : floatSlider(args);
  const read = (moved: number) => Number(moved.toPrecision(reach.log ? 3 : 6));
  widget.onChange((change) => change.value !== undefined && changed(read(change.value)));
  const show = (newest: Override) => {
    if (read(widget.get('value')) !== newest) widget.set({ value: Number(newest) });
  };
  return { ...bound(key, widget), show };
}

export interface SliderReach {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly log: boolean;
  readonly format: string;
}

/** Range of a slider: the key's range, extended to its current value if that lies outside. */
export function sliderReach(values: FieldValues & { readonly kind: 'number' }, value: number): SliderReach {
  const { bounds, integer } = values;
  const own = { from: bounds.min ?? 0, to: bounds.max ?? Math.max(1, 2 * value), step: integer ? 1 : 0.01 };
  const span = values.span ?? own;
  const log = values.span?.scale === 'log';
  const digits = Math.max(0, Math.ceil(-Math.log10(span.step) - 1e-9));
  const format = integer ? 'd' : log ? '.2e' : `.${digits}f`;
  return { min: Math.min(span.from, value), max: Math.max(span.to, value), step: span.step, log, format };
}

function bound<State extends { disabled?: boolean }>(key: string, widget: Widget<State>) {
  const enable = (enabled: boolean) => widget.set({ disabled: !enabled } as Partial<State>);
  return { key, widget, enable };
}
