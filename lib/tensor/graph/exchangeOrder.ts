/** Ops that exchange tensors with other processes, and whether they begin to. */
const exchanging: Readonly<Record<string, boolean>> = {
  XkdGatherBegin: true,
  XkdGatherEnd: false,
  XkdReduceBegin: true,
  XkdReduceEnd: false,
};

/**
 * The order of exchanges with other processes in a graph: that in which they were traced, so that it is the same in all
 * processes. One is ended, which blocks a thread, only when all that were begun before have been: none of them then waits
 * for the thread.
 */
export class ExchangeOrder {
  private last: string | null = null;

  /** Nodes that an op has to wait for. */
  before(op: string): string[] {
    return op in exchanging && this.last !== null ? [this.last] : [];
  }

  add(op: string, node: string): void {
    if (exchanging[op]) this.last = node;
  }
}
