import type { tf } from '../native';

/** Values in a stage of an update: so many new ones are made before their old ones go. */
export const stageValues = 2 ** 24;

/** Ops whose first output a backward pass recomputes, in one pass over memory. */
export const cheapOps: ReadonlySet<string> = new Set(['XkdGelu', 'XkdLayerNorm']);

/** What is being traced. */
export interface StageListener {
  endStage(finite?: tf.Tensor): void;
  endForward(): void;
}

let listener: StageListener | null = null;

/**
 * Ends a stage of a computation: in a native graph nothing that comes after this call begins before everything that
 * came before is done. It keeps memory low (what a stage made is used up before the next one allocates), and
 * variables change only after the first stage, so that a run that fails in it changes nothing. Eagerly, calls run
 * in order anyway, and this does nothing.
 *
 * @param finite the graph stops here unless all values of this tensor are finite
 */
export function stage(finite?: tf.Tensor): void {
  listener?.endStage(finite);
}

/**
 * Says that what follows is the backward pass: in a native graph it recomputes what costs little beside the memory that it
 * would take until then ({@link cheapOps}). Eagerly, this does nothing.
 */
export function endForward(): void {
  listener?.endForward();
}

/** Hears of stages while a function runs. */
export function listenToStages<T>(to: StageListener, body: () => T): T {
  const before = listener;
  listener = to;
  try {
    return body();
  } finally {
    listener = before;
  }
}
