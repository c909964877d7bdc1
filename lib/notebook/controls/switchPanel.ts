import { flattenConfig, type Overrides } from '../../config';
import { checkbox, hBox, showWidget, type WidgetHost, widgetHost } from '../widgets';
import type { SteeredRun } from './controlPanel';

/** A part of the method that can be taken out while a run is under way. */
export interface MethodSwitch {
  readonly name: string;
  /** What the configuration has with it, and without it; keys that may change during a run. */
  readonly on: Overrides;
  readonly off: Overrides;
}

export interface SwitchPanelArgs {
  /** Where its widgets live; default: this kernel. */
  readonly host?: WidgetHost;
}

/**
 * Shows a check box for each switch. It changes the run from its next step on, and shows what the run has, whoever
 * changed it. Where no front end shows widgets, a sentence says so, and the run goes its way.
 *
 * @returns what takes the panel off the page; the run continues
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
