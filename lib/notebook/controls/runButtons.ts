import type { PretrainingRun } from '../../train';
import { type AnyWidget, type WidgetHost, button, layout } from '../widgets';

/** Pause, single-step and stop buttons of a run's loop. */
export interface RunButtons {
  readonly widgets: readonly AnyWidget[];
  /** Updates which buttons are enabled. */
  refresh(): void;
}

/** The part of a run that the buttons need. */
export type ControlledRun = Pick<PretrainingRun, 'control' | 'looping' | 'length'> & {
  readonly state: { readonly step: number };
};

export function runButtons(run: ControlledRun, host: WidgetHost): RunButtons {
  const { control } = run;
  const wide = layout(host, { width: '104px' });
  const common = { host, layout: wide };
  const pause = button({ ...common, onClick: () => (control.paused ? control.resume() : control.pause()) });
  const single = button({
    ...common,
    label: 'One step',
    icon: 'step-forward',
    tooltip: 'Take one step, then wait',
    onClick: () => control.single(),
  });
  const stop = button({
    ...common,
    label: 'Stop',
    icon: 'stop',
    tooltip: 'End the cell after the running step, with a checkpoint where the run has a folder',
    onClick: () => control.stop(),
  });
  const refresh = () => {
    const left = run.state.step < run.length.steps;
    if (control.paused)
      pause.set({ description: 'Resume', icon: 'play', button_style: 'success', tooltip: 'Go on' });
    else
      pause.set({
        description: 'Pause',
        icon: 'pause',
        button_style: '',
        tooltip: 'Wait after the running step',
      });
    pause.set({ disabled: !left || control.stopping });
    single.set({ disabled: !left || !run.looping || control.stopping });
    stop.set({ disabled: !run.looping || control.stopping });
  };
  return { widgets: [pause, single, stop], refresh };
}
