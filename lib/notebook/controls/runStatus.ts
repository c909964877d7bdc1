import type { PretrainingRun } from '../../train';

/** The part of a run that is reported. */
export type ReportedRun = Pick<
  PretrainingRun,
  'control' | 'looping' | 'length' | 'changes' | 'latest' | 'interrupted'
> & { readonly state: { readonly step: number } };

/** One line of HTML with a run's progress and current activity. */
export function runStatus(run: ReportedRun): string {
  const { latest, changes } = run;
  const parts = [`step ${run.state.step} of ${run.length.steps}`, `<b>${doing(run)}</b>`];
  if (latest !== null) {
    parts.push(
      `loss ${latest.total.toFixed(3)}`,
      `learning rate now ${latest.learningRate.toExponential(1)}`,
    );
  }
  const made = changes.filter(({ step }) => step <= run.state.step).length;
  if (made > 0) parts.push(made === 1 ? '1 change' : `${made} changes`);
  return parts.join(' · ');
}

function doing({ control, looping, state, length, interrupted }: ReportedRun): string {
  if (state.step >= length.steps) return 'done';
  if (control.stopping) return 'stopping';
  if (control.waiting) return 'paused';
  if (control.paused) return looping ? 'will pause after this step' : 'will pause before its first step';
  if (looping) return 'training';
  if (state.step === 0) return 'not begun';
  return interrupted
    ? 'interrupted; run the cell again to continue'
    : 'stopped; run the cell again to continue';
}
