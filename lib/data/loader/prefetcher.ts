export interface PrefetcherArgs<T> {
  /** Number of the first item. */
  readonly first: number;
  /** Number after the last item; Infinity: no end. */
  readonly end: number;
  /** Number of items prefetched beyond the requested one. */
  readonly ahead: number;
  readonly make: (number: number) => Promise<T>;
}

/** Prefetches numbered items that are requested in order, several at a time. */
export class Prefetcher<T> {
  private readonly made = new Map<number, Promise<T>>();
  private upcoming: number;

  constructor(private readonly args: PrefetcherArgs<T>) {
    this.upcoming = args.first;
  }

  /** Number of items prefetched or in progress beyond those returned. */
  get size(): number {
    return this.made.size;
  }

  /** The next item; null after the last. */
  next(): Promise<T> | null {
    const { end, ahead } = this.args;
    if (this.upcoming >= end) return null;
    const number = this.upcoming++;
    const last = Math.min(end - 1, number + ahead);
    for (let wanted = number; wanted <= last; wanted++) this.start(wanted);
    const value = this.made.get(number)!;
    this.made.delete(number);
    return value;
  }

  /** Resolves when no item is in progress, whether they succeeded or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.made.values()]);
  }

  private start(number: number): void {
    if (this.made.has(number)) return;
    const value = this.args.make(number);
    // The caller that requests the item gets the error; this handler prevents an unhandled rejection before
    // that.
    value.catch(() => undefined);
    this.made.set(number, value);
  }
}
