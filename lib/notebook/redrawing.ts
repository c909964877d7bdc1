export interface RedrawingArgs {
  /** Minimum time between two drawings [ms]. */
  readonly intervalMs: number;
  /** The same for requests with `soon` [ms]. */
  readonly soonMs?: number;
  /** Clock [ms], replaceable in tests. */
  readonly now: () => number;
}

/**
 * Draws on request, but not too often: a request that comes too early is drawn once the interval has passed,
 * even if no other request follows.
 */
export class Redrawing {
  private drawn = -Infinity;
  private due = Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly draw: () => void,
    private readonly args: RedrawingArgs,
  ) {}

  /** @param soon true if the user waits for it */
  ask(soon = false): void {
    const { intervalMs, soonMs = Math.min(100, intervalMs), now } = this.args;
    const due = this.drawn + (soon ? soonMs : intervalMs);
    if (now() >= due) return this.drawNow();
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    // The timer must not keep the process alive.
    this.timer = setTimeout(() => this.drawNow(), due - now()).unref();
  }

  /** Draws a pending request. */
  finish(): void {
    if (this.due < Infinity) this.drawNow();
  }

  drawNow(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
    this.drawn = this.args.now();
    this.draw();
  }
}
