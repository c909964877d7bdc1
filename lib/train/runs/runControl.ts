import type { StopRequest } from '../interrupt';

/**
 * Controls a loop over the steps of a run from outside it, such as by a button in a notebook while the cell with the loop
 * runs.
 */
export class RunControl {
  private held = false;
  private ending = false;
  /** Number of steps that a paused loop may take. */
  private allowed = 0;
  private holding = false;
  private wake = () => {};

  constructor(private readonly changed: () => void = () => {}) {}

  /** True if the loop is paused, or will pause before its next step. */
  get paused(): boolean {
    return this.held;
  }

  /** True if the loop is paused right now. */
  get waiting(): boolean {
    return this.holding;
  }

  /** True if the loop was asked to end. */
  get stopping(): boolean {
    return this.ending;
  }

  /** Pauses the loop after the current step. */
  pause(): void {
    this.held = true;
    this.allowed = 0;
    this.tell();
  }

  /** Resumes a paused loop. */
  resume(): void {
    this.held = false;
    this.tell();
  }

  /** Lets a paused loop take one more step; pauses a running one after the current step. */
  single(): void {
    if (this.held) this.allowed++;
    this.held = true;
    this.tell();
  }

  /** Ends the loop after the current step, with a checkpoint, as an interrupt does. */
  stop(): void {
    this.ending = true;
    this.tell();
  }

  /** Waits until the next step may be taken, or until an interrupt. Returns false if the loop should end. */
  async allows(stop: StopRequest): Promise<boolean> {
    while (this.held && this.allowed === 0 && !this.ending && !stop.requested) {
      const woken = new Promise<void>((wake) => (this.wake = wake));
      this.holding = true;
      this.changed();
      await Promise.race([woken, stop.whenRequested]);
      this.holding = false;
    }
    if (this.held && this.allowed > 0) this.allowed--;
    return !this.ending;
  }

  /** Called when the loop has ended; the next one runs freely. */
  reset(): void {
    this.held = this.ending = false;
    this.allowed = 0;
  }

  private tell(): void {
    this.wake();
    this.changed();
  }
}
