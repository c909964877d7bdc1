import { flattenConfig, type Overrides } from '../../config';
import { checkbox, hBox, showWidget, type WidgetHost, widgetHost } from '../widgets';
import type { SteeredRun } from './controlPanel';

/** A part of the method that can be switched off during a run. */
export interface MethodSwitch {
  readonly name: string;
  /** Configuration overrides with and without the part; only keys that may change during a run. */
  readonly on: Overrides;
  readonly off: Overrides;
}

export interface SwitchPanelArgs {
  /** Host of the widgets; default: this kernel. */
  readonly host?: WidgetHost;
}

/**
 * Shows a check box per switch. It changes the run from the next step on, and always shows the run's current
 * state, whoever changed it. If no front end shows widgets, a sentence says so, and the run proceeds
 * normally.
 *
 * @returns a function that removes the panel from the page; the run continues
 */
export function switchPanel(
  run: Pick<SteeredRun, 'config' | 'change' | 'observe'>,
  switches: readonly MethodSwitch[],
  { host = widgetHost() }: SwitchPanelArgs = {},
): { close(): void } {
  const isOn = ({ on }: MethodSwitch) => {
    const values = new Map(flattenConfig(run.config));
    return Object.entries(on).every(([key, value]) => values.get(key) === value);
  };
  const boxes = switches.map((each) => {
    const box = checkbox({ label: each.name, value: isOn(each), host });
    return box.onChange(({ value }) => value !== undefined && run.change(value ? each.on : each.off));
  });
  const stop = run.observe(() => boxes.forEach((box, i) => box.set({ value: isOn(switches[i]) })));
  const panel = hBox(boxes, {}, host);
  showWidget(panel, host);
  return {
    close() {
      stop();
      panel.close();
    },
  };
}
