export interface PrefetcherArgs<T> {
  /** Number of the first one that is asked for. */
  readonly first: number;
  /** Number after the last one; Infinity: no end. */
  readonly end: number;
  /** How many are made beyond the one that is asked for. */
  readonly ahead: number;
  readonly make: (number: number) => Promise<T>;
}

/** Things that are numbered, asked for in order, and made in advance, several at a time. */
export class Prefetcher<T> {
  private readonly made = new Map<number, Promise<T>>();
  private upcoming: number;

  constructor(private readonly args: PrefetcherArgs<T>) {
    this.upcoming = args.first;
  }

  /** How many are made or being made beyond those handed out. */
  get size(): number {
    return this.made.size;
  }

  /** The next one; null after the last. */
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

  /** Resolves when nothing is being made any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.made.values()]);
  }

  private start(number: number): void {
    if (this.made.has(number)) return;
    const value = this.args.make(number);
    // The caller that asks for it gets the error; until then it is not unhandled.
    value.catch(() => undefined);
    this.made.set(number, value);
  }
}
