import type { KernelComms } from './widgets/comm';

/** Media types with their content, the richest first; a front end shows the first that it supports. */
export type MimeBundle = Readonly<Record<string, string | object>>;

/** Something to be shown below a cell; a message with an id can be overwritten. */
export interface DisplayMessage {
  readonly data: MimeBundle;
  readonly metadata: object;
  readonly transient: { readonly display_id?: string };
}

/** The notebook kernel that runs in this process, as `scripts/kernel` provides it. */
export interface Kernel {
  /** Channels to front ends. */
  readonly comms: KernelComms;
  /** Shows media below the running cell, or overwrites earlier output. */
  display(message: DisplayMessage, update: boolean): void;
  /** Clears the output of the running cell; with `wait`, only when the next output arrives. */
  clear(wait: boolean): void;
  /**
   * Calls back when the running cell, or the newest one, is run again; returns a function that cancels this.
   */
  onRerun(close: () => void): () => void;
  /**
   * Reports the number of live objects that are freed once nothing references them; garbage is collected
   * after cells that increase it.
   */
  watchMemory(count: () => number): void;
}

/** The kernel that runs this process; null outside notebooks. */
export function kernel(): Kernel | null {
  const found = (globalThis as Record<symbol, unknown>)[Symbol.for('xkd.kernel')];
  return (found as Kernel | undefined) ?? null;
}
