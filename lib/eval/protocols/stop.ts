/** Thrown where a protocol was asked to stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('stopped on request; what was computed so far is kept');
  }
}

/** @throws Stopped where it was asked for */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Stopped();
}
