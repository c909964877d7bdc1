/**
 * Waits for one thing after another, each no longer than to an event that may never come. `Promise.race` would do so as
 * well, but a promise that stays open keeps all that it was ever raced against: every batch of a run.
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

  /** Resolves when the promise is settled, whatever became of it, or when the event has come; one wait at a time. */
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
