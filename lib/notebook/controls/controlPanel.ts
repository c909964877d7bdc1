import { flattenConfig, type Override } from '../../config';
import { UserError } from '../../errors';
import type { PretrainingRun } from '../../train';
import { escapeHtml } from '../../table';
import {
  type AnyWidget,
  type WidgetHost,
  gridBox,
  hBox,
  html,
  layout,
  progress,
  showWidget,
  vBox,
  widgetHost,
} from '../widgets';
import { type FieldControl, type FieldLook, fieldControl, fieldLook } from './fieldControl';
import { type FieldGroup, liveFields } from './liveFields';
import { runButtons } from './runButtons';
import { type ReportedRun, runStatus } from './runStatus';
import { markPanel } from './shownPanels';

/** The run that a panel controls; {@link PretrainingRun} is one. */
export type SteeredRun = ReportedRun & Pick<PretrainingRun, 'config' | 'change' | 'observe'>;

export interface ControlPanelArgs {
  /**
   * Keys such as `mask.video`, or groups such as `loss` (the part before the dot); default: all keys that may
   * change.
   */
  readonly keys?: readonly string[];
  /** Host of the widgets; default: this kernel. */
  readonly host?: WidgetHost;
  /** Clock [ms], replaceable in tests. */
  readonly now?: () => number;
}

export interface ControlPanel {
  /** Controls of the configuration keys. */
  readonly controls: readonly FieldControl[];
  /** Removes the panel from the page; the run continues. */
  close(): void;
}

/** Minimum time between two updates of the progress display [ms]. */
const intervalMs = 200;
const columns = {
  grid_template_columns: 'repeat(auto-fit, minmax(min(400px, 100%), 1fr))',
  grid_gap: '4px 28px',
};

/**
 * Shows a panel that controls a run while a cell takes its steps: pause, single step, stop, and one control
 * per hyperparameter, with the range and help text of the configuration schema. A change takes effect at the
 * next step, and the run logs it. Calling this again for the same run replaces the panel. If no front end
 * shows widgets, a sentence says so, and the run proceeds normally.
 *
 * @throws UserError if one of `keys` may not change during a run
 */
export function controlPanel(run: SteeredRun, args: ControlPanelArgs = {}): ControlPanel {
  const { keys, host = widgetHost(), now = () => performance.now() } = args;
  const groups = liveFields(run.config, keys);
  panels.get(run)?.close();
  const look = fieldLook(host);
  let [complaint, drawn] = ['', -Infinity];
  let known = run.changes;
  const change = (key: string, value: Override) => {
    complaint = refusal(() => run.change({ [key]: value }));
    refresh();
  };
  const sections = fieldSections(groups, host, look, change);
  const buttons = runButtons(run, host);
  const bar = progress(run.length.steps, {
    host,
    layout: layout(host, { flex: '1 1 120px', width: 'auto' }),
  });
  const text = html('', { host });
  const refresh = () => {
    drawn = now();
    known = run.changes;
    const { step } = run.state;
    const values = new Map(flattenConfig(run.config));
    for (const control of sections.controls) {
      control.show(values.get(control.key)!);
      control.enable(step < run.length.steps);
    }
    bar.set({ value: step });
    text.set({ value: runStatus(run) + complaint });
    buttons.refresh();
  };
  const stopObserving = run.observe(() => {
    // Steps of a running loop may be skipped; anything else is shown at once.
    const { control, looping, state, length, changes } = run;
    const passing =
      looping && !control.paused && !control.stopping && state.step < length.steps && changes === known;
    if (!passing || now() - drawn >= intervalMs) refresh();
  });
  refresh();
  const head = hBox(
    [...buttons.widgets, bar],
    { align_items: 'center', grid_gap: '4px', flex_flow: 'row wrap' },
    host,
  );
  const fields = gridBox(sections.boxes, columns, host);
  const panel = vBox([head, text, fields], { padding: '4px 8px' }, host);
  showWidget(panel, host);
  markPanel(run, host.missing === null);
  const close = () => {
    stopObserving();
    markPanel(run, false);
    for (const widget of [panel, ...(Object.values(look) as AnyWidget[])]) widget.close();
  };
  const shown = { controls: sections.controls, close };
  panels.set(run, shown);
  return shown;
}

const panels = new WeakMap<object, ControlPanel>();

/** A heading per group, followed by its controls. */
function fieldSections(
  groups: readonly FieldGroup[],
  host: WidgetHost,
  look: FieldLook,
  change: (key: string, value: Override) => void,
): { readonly boxes: readonly AnyWidget[]; readonly controls: readonly FieldControl[] } {
  const controls: FieldControl[] = [];
  const boxes = groups.map(({ title, fields, note }) => {
    const own = fields
      .map((field) => fieldControl(field, host, look, (value) => change(field.key, value)))
      .filter((control): control is FieldControl => control !== null);
    controls.push(...own);
    const heading = html(`<b>${title}</b>${note === null ? '' : `: ${escapeHtml(note)}`}`, { host });
    return vBox([heading, ...own.map(({ widget }) => widget)], { min_width: '0' }, host);
  });
  return { boxes, controls };
}

/** The run's message if it refuses a change, as HTML; empty if it accepts the change. */
function refusal(attempt: () => unknown): string {
  try {
    attempt();
    return '';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `<br><b>Not changed: ${escapeHtml(error.message)}</b>`;
  }
}
