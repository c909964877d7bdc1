import { UserError } from '../../errors';
import { watchInterrupt } from '../../train';

/**
 * Runs work that a signal can stop; JupyterLab's interrupt raises it.
 *
 * @throws UserError if it was stopped, in place of the result or error of the work
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const watch = watchInterrupt();
  const stop = new AbortController();
  void watch.whenRequested.then(() => stop.abort());
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!watch.requested) throw error;
    throw new UserError('Stopped; what was done is kept: run this cell again and it continues from there.');
  } finally {
    watch.stop();
  }
}
