/**
 * Waits for promises one after another, but never longer than until an event that may not come. `Promise.race` could do
 * this too, but a promise that stays pending retains everything it was ever raced against: every batch of a run.
 */
export class UntilEvent {
  private happened = false;
  private wake: (() => void) | null = null;

  constructor(event: Promise<unknown>) {
    void event.then(() => {
      this.happened = true;
      this.wake?.();
    });
  }

  /** Resolves when the promise is settled, fulfilled or rejected, or when the event has come. Only one wait at a time. */
  async wait(promise: Promise<unknown>): Promise<void> {
    if (this.happened) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.wake = null;
        resolve();
      };
      this.wake = done;
      promise.then(done, done);
    });
  }
}
