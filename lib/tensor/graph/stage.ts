import type { tf } from '../native';

/** Values in a stage of an update: so many new ones are made before their old ones go. */
export const stageValues = 2 ** 24;

/** What is being traced. */
export interface StageListener {
  endStage(finite?: tf.Tensor): void;
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
