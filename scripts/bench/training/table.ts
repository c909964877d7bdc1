import type { TrainingRow } from './run';

/** Lines for a terminal. */
export function trainingTable(rows: readonly TrainingRow[]): string[] {
  if (rows.length === 0) return [];
  return ['Whole training, its step alone and its loader alone, in clips/s:', ...rows.map(line), ''];
}

function line({
  preset,
  batch,
  whole,
  step,
  loader,
  ofStep,
  ofStepLeast,
  ofStepMost,
  waiting,
}: TrainingRow): string {
  return (
    `${preset}, batch ${batch}: whole ${whole.toFixed(1)}, step ${step.toFixed(1)}, loader ${loader.toFixed(1)}; ` +
    `whole over step ${ofStep.toFixed(2)} (${ofStepLeast.toFixed(2)} to ${ofStepMost.toFixed(2)}); ` +
    `${(100 * waiting).toFixed(1)} % of the time spent waiting for clips`
  );
}
