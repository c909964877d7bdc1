import { configChanges, lossesInTotal } from '../../config';
import type { ValueTable } from '../../shown';
import type { PretrainingRun } from '../pretraining';

/** A run as a table: its progress, and the figures of its newest step. */
export function runTable(run: PretrainingRun, facts: { data: string; out: string | null }): ValueTable {
  const { config, state, length, latest, changes } = run;
  const about = { data: facts.data, folder: facts.out ?? 'none: kept in memory' };
  const changed = Object.keys(configChanges(config)).join(', ');
  const rows: Record<string, string | number> = {
    preset: changed === '' ? config.preset : `${config.preset}, changed: ${changed}`,
    ...about,
    state: stateOf(run),
    'steps taken': `${state.step} of ${length.steps}`,
    epochs: `${(state.step / length.stepsPerEpoch).toFixed(1)} of ${(length.steps / length.stepsPerEpoch).toFixed(1)}`,
    'batch [clips]': config.training.batch,
    ...(changes.length > 0 && { 'changes during the run': changes.length }),
    ...(latest && {
      loss: digits(latest.total),
      [lossesInTotal.join(', ')]: lossesInTotal.map((name) => digits(latest[name])).join(', '),
      'learning rate': digits(latest.learningRate),
      'seconds a step': digits(latest.secondsPerStep),
    }),
  };
  return {
    caption: 'Pretraining run',
    rows: Object.entries(rows).map(([what, value]) => ({ what, value: String(value) })),
    notes: run.notes,
  };
}

function stateOf({ looping, control, interrupted, state, length }: PretrainingRun): string {
  if (looping) return control.waiting ? 'paused' : 'training';
  if (state.step >= length.steps) return 'done';
  return interrupted ? 'interrupted' : 'not training';
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
