/** Signals that ask a loop to end, and the exit code that stands for each. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof exitCodes;

/** Tells whether Ctrl-C, JupyterLab's interrupt or SIGTERM came, for loops that end cleanly after a step. */
export interface InterruptWatch {
  readonly requested: boolean;
  /** The signal that came first. */
  readonly signal: StopSignal | null;
  /** Resolves when the first signal comes. */
  readonly whenRequested: Promise<void>;
  /**
   * Resolves when a further signal would end the process at once, even in the middle of a long computation or write.
   * Signals within 300 ms count as one, because a terminal and npm both pass on the same Ctrl-C. Node notices signals only
   * between computations, so a second one during the same computation cannot be told from the first.
   */
  readonly whenInsistingEnds: Promise<void>;
  /** Restores the previous handling of the signals. */
  stop(): void;
}

export interface InterruptArgs {
  /**
   * Whether a second signal ends the process at once, as the system does it. For programs; a notebook's kernel must
   * outlive it.
   */
  readonly secondEnds?: boolean;
}

/** Signals this soon after the first one count as the same. */
const sameSignalMs = 300;

/** The exit code of a program that ended because of a signal. */
export function exitCodeOf(signal: StopSignal): number {
  return exitCodes[signal];
}

/** Watches for a request to stop. */
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
    // Without a listener the system ends the process at the next signal, whatever it is busy with.
    if (secondEnds) timer = setTimeout(release, sameSignalMs);
    else insisting.resolve();
    requested.resolve();
  };
  const listeners = (Object.keys(exitCodes) as StopSignal[]).map(
    (signal) => [signal, () => listen(signal)] as const,
  );
  // Not at once: while the first, synchronous part of a notebook's cell runs, Node has a SIGINT handler of its own,
  // and on leaving puts the default one under whoever began to listen meanwhile. An interrupt would end the kernel.
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
