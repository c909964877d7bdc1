/** Signals that request a loop to end, with the corresponding exit codes. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof exitCodes;

/** A request to end a loop after the current step. */
export interface StopRequest {
  readonly requested: boolean;
  /** Resolves when the request comes. */
  readonly whenRequested: Promise<void>;
  /** Resolves when a state may be saved after the request; default: immediately. */
  readonly whenInsistingEnds?: Promise<void>;
}

/** Detects Ctrl-C, JupyterLab's interrupt and SIGTERM, for loops that end cleanly after a step. */
export interface InterruptWatch extends StopRequest {
  /** The first signal received. */
  readonly signal: StopSignal | null;
  /**
   * Resolves when another signal would end the process immediately, even in the middle of a long computation or write.
   * Signals within 300 ms count as one, because a terminal and npm both forward the same Ctrl-C. Node handles signals only
   * between computations, so two signals during one computation cannot be told apart.
   */
  readonly whenInsistingEnds: Promise<void>;
  /** Restores the previous signal handlers. */
  stop(): void;
}

export interface InterruptArgs {
  /**
   * True if a second signal ends the process immediately, by the system's default action. Intended for programs; a
   * notebook's kernel must survive it.
   */
  readonly secondEnds?: boolean;
}

/** Signals within this time after the first one count as the same. */
const sameSignalMs = 300;

/** The exit code of a program ended by a signal. */
export function exitCodeOf(signal: StopSignal): number {
  return exitCodes[signal];
}

/** Listens for requests to stop. */
export function watchInterrupt({ secondEnds = false }: InterruptArgs = {}): InterruptWatch {
  let first: StopSignal | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const requested = openPromise();
  const insisting = openPromise();
  const release = () => {
    clearTimeout(timer);
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
    insisting.resolve();
  };
  const listen = (signal: StopSignal) => {
    if (first !== null) return;
    first = signal;
    // Without a listener, the system ends the process at the next signal, even during a computation.
    if (secondEnds) timer = setTimeout(release, sameSignalMs);
    else insisting.resolve();
    requested.resolve();
  };
  const listeners = (Object.keys(exitCodes) as StopSignal[]).map(
    (signal) => [signal, () => listen(signal)] as const,
  );
  // Deferred, because during the first, synchronous part of a notebook's cell, Node has its own SIGINT handler. When that
  // part ends, Node restores the default handler even if a listener was added meanwhile, so an interrupt would end the
  // kernel.
  queueMicrotask(() => {
    if (!stopped) for (const [signal, listener] of listeners) process.on(signal, listener);
  });
  return {
    get requested() {
      return first !== null;
    },
    get signal() {
      return first;
    },
    whenRequested: requested.promise,
    whenInsistingEnds: insisting.promise,
    stop: () => {
      stopped = true;
      release();
    },
  };
}

function openPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
