import type { StopRequest } from '../../train/interrupt';

/** Thrown when a protocol stops on request. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped on request; what was computed so far is kept');
  }
}

/** The signal as a request to a training's loop. */
export function stopRequestOf(signal: AbortSignal | undefined): StopRequest {
  return {
    get requested() {
      return signal?.aborted === true;
    },
    whenRequested: new Promise<void>((resolve) =>
      signal?.addEventListener('abort', () => resolve(), { once: true }),
    ),
  };
}

/** @throws Stopped if a stop was requested */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Stopped();
}
