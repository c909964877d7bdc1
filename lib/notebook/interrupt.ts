/** Tells a loop that the user asked it to end. */
export interface InterruptFlag {
  /** Whether an interrupt has come since the flag was made. */
  readonly raised: boolean;
  /** Stops listening. */
  release(): void;
}

/**
 * Listens for JupyterLab's interrupt (or Ctrl-C). The kernel reports the cell as interrupted at once but cannot
 * stop a loop: the loop asks the flag after each step, and awaits {@link tick} so that the interrupt gets
 * through.
 */
export function interruptFlag(): InterruptFlag {
  let raised = false;
  const listener = (): void => {
    raised = true;
  };
  process.on('SIGINT', listener);
  return {
    get raised() {
      return raised;
    },
    release() {
      process.off('SIGINT', listener);
    },
  };
}
