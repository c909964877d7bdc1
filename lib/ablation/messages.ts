import type { AblationJob } from './plan';

/** Order sent to a training process. */
export interface WorkOrder {
  readonly jobs: readonly AblationJob[];
  readonly data: string;
  readonly out: string;
  readonly probeEvery?: number;
}

/** Ends the work after the current step, with checkpoints. */
export const stopMessage = 'stop';

/** Message from a training process. */
export type WorkNews =
  | { readonly kind: 'steps'; readonly done: number }
  | { readonly kind: 'jobDone' }
  | { readonly kind: 'note'; readonly sentence: string }
  /** A sentence for the user, or the stack trace of a defect. */
  | { readonly kind: 'failed'; readonly message: string; readonly isUserError: boolean };
