/** Thrown when a protocol stops on request. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped on request; what was computed so far is kept');
  }
}

/** @throws Stopped if a stop was requested */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Stopped();
}
