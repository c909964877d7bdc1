import type { InterruptWatch } from './interrupt';

/**
 * How a loop over the steps of a run continues, told from beside it: a button of a notebook is pressed while the cell with
 * the loop runs.
 */
export class RunControl {
  private held = false;
  private ending = false;
  /** Steps that a held loop may take. */
  private allowed = 0;
  private holding = false;
  private wake = () => {};

  constructor(private readonly changed: () => void = () => {}) {}

  /** Whether the loop waits before its next step, or will when it comes there. */
  get paused(): boolean {
    return this.held;
  }

  /** Whether the loop waits right now. */
  get waiting(): boolean {
    return this.holding;
  }

  /** Whether the loop was asked to end. */
  get stopping(): boolean {
    return this.ending;
  }

  /** Holds the loop after the running step. */
  pause(): void {
    this.held = true;
    this.allowed = 0;
    this.tell();
  }

  /** Lets a loop that is held go on. */
  resume(): void {
    this.held = false;
    this.tell();
  }

  /** Lets a held loop take one step more; one that goes is held after the running step. */
  single(): void {
    if (this.held) this.allowed++;
    this.held = true;
    this.tell();
  }

  /** Ends the loop after the running step, as an interrupt does, with a checkpoint. */
  stop(): void {
    this.ending = true;
    this.tell();
  }

  /** Waits until the next step may be taken, but no longer than to an interrupt; false where the loop is to end. */
  async allows(watch: InterruptWatch): Promise<boolean> {
    while (this.held && this.allowed === 0 && !this.ending && !watch.requested) {
      const woken = new Promise<void>((wake) => (this.wake = wake));
      this.holding = true;
      this.changed();
      await Promise.race([woken, watch.whenRequested]);
      this.holding = false;
    }
    if (this.held && this.allowed > 0) this.allowed--;
    return !this.ending;
  }

  /** The loop has ended: the next one continues freely. */
  reset(): void {
    this.held = this.ending = false;
    this.allowed = 0;
  }

  private tell(): void {
    this.wake();
    this.changed();
  }
}
