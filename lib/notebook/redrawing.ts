export interface RedrawingArgs {
  /** Shortest time between two drawings [ms]. */
  readonly intervalMs: number;
  /** The same for what is asked for soon [ms]. */
  readonly soonMs?: number;
  /** Clock [ms], to be replaced in tests. */
  readonly now: () => number;
}

/**
 * Draws when it is asked to, but not too often: what comes too early is drawn when the time has passed, also where
 * nobody asks again.
 */
export class Redrawing {
  private drawn = -Infinity;
  private due = Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly draw: () => void,
    private readonly args: RedrawingArgs,
  ) {}

  /** @param soon what the user waits for */
  ask(soon = false): void {
    const { intervalMs, soonMs = Math.min(100, intervalMs), now } = this.args;
    const due = this.drawn + (soon ? soonMs : intervalMs);
    if (now() >= due) return this.drawNow();
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    // A timer alone keeps no process alive.
    this.timer = setTimeout(() => this.drawNow(), due - now()).unref();
  }

  /** Draws what still waits to be drawn. */
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
