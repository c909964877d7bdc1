import type { KernelComms } from './widgets/comm';

/** Media types with their content, the richest first; a front end shows the first that it knows. */
export type MimeBundle = Readonly<Record<string, string | object>>;

/** Something to be shown below a cell; what has an id can be written over. */
export interface DisplayMessage {
  readonly data: MimeBundle;
  readonly metadata: object;
  readonly transient: { readonly display_id?: string };
}

/** The notebook kernel that this process is, as `scripts/kernel` makes it. */
export interface Kernel {
  /** Channels to front ends. */
  readonly comms: KernelComms;
  /** Shows media below the running cell, or writes over what is shown. */
  display(message: DisplayMessage, update: boolean): void;
  /** Takes the outputs of the running cell away; with `wait` when the next one comes. */
  clear(wait: boolean): void;
  /** Calls back when the running cell, or the newest one, is run again; returns how to have that forgotten. */
  onRerun(close: () => void): () => void;
  /** Says how many things there are that are freed once nobody has them; after cells that add to them garbage is collected. */
  watchMemory(count: () => number): void;
}

/** The kernel that runs this process; null outside notebooks. */
export function kernel(): Kernel | null {
  const found = (globalThis as Record<symbol, unknown>)[Symbol.for('xkd.kernel')];
  return (found as Kernel | undefined) ?? null;
}
