/** Tells whether Ctrl-C, JupyterLab's interrupt or SIGTERM came, for loops that end cleanly after a step. */
export interface InterruptWatch {
  readonly requested: boolean;
  /** Gives the signals back to whoever had them. */
  stop(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Watches for a request to stop. On a terminal a second Ctrl-C ends the process at once. */
export function watchInterrupt(): InterruptWatch {
  let requests = 0;
  const listen = () => {
    requests += 1;
    if (requests > 1 && process.stdin.isTTY) process.exit(130);
  };
  let stopped = false;
  // Not at once: while the first, synchronous part of a notebook's cell runs, Node has a SIGINT handler of its own,
  // and on leaving puts the default one under whoever began to listen meanwhile. An interrupt would end the kernel.
  queueMicrotask(() => {
    if (!stopped) for (const signal of signals) process.on(signal, listen);
  });
  return {
    get requested() {
      return requests > 0;
    },
    stop: () => {
      stopped = true;
      for (const signal of signals) process.removeListener(signal, listen);
    },
  };
}
