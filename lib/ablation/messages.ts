import type { AblationJob } from './plan';

/** What a training process is asked to do. */
export interface WorkOrder {
  readonly jobs: readonly AblationJob[];
  readonly data: string;
  readonly out: string;
}

/** Ends the work after the running step, with checkpoints. */
export const stopMessage = 'stop';

/** What a training process tells. */
export type WorkNews =
  | { readonly kind: 'steps'; readonly done: number }
  | { readonly kind: 'jobDone' }
  | { readonly kind: 'note'; readonly sentence: string }
  /** A sentence for the user, or the trace of a defect. */
  | { readonly kind: 'failed'; readonly message: string; readonly isUserError: boolean };
