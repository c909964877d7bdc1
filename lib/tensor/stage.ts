import type { tf } from './native';

/** Values per stage of an update: this many new ones exist before the old ones are freed. */
export const stageValues = 2 ** 24;

/** Ops whose first output is recomputed in the backward pass, in one pass over memory. */
export const cheapOps: ReadonlySet<string> = new Set(['XkdGelu', 'XkdLayerNorm']);

/** Called during tracing. */
export interface StageListener {
  endStage(finite?: tf.Tensor): void;
  endForward(): void;
}

let listener: StageListener | null = null;

/**
 * Ends a stage of a computation: in a native graph, nothing after this call starts before everything before it is done.
 * This keeps memory low, because the results of a stage are used up before the next one allocates. Variables change
 * only after the first stage, so that a run that fails in it changes nothing. In eager execution calls run in order
 * anyway, and this does nothing.
 *
 * @param finite the graph stops here unless all values of this tensor are finite
 */
export function stage(finite?: tf.Tensor): void {
  listener?.endStage(finite);
}

/**
 * Marks the start of the backward pass. In a native graph, the backward pass recomputes values that cost little
 * compared with the memory they would take until then ({@link cheapOps}). In eager execution this does nothing.
 */
export function endForward(): void {
  listener?.endForward();
}

/** Listens to stages while a function runs. */
export function listenToStages<T>(to: StageListener, body: () => T): T {
  const before = listener;
  listener = to;
  try {
    return body();
  } finally {
    listener = before;
  }
}
