import type { BadFile, ViewBatch } from '../data/types';
import type { UntilEvent } from './untilEvent';

/** Where batches come from; `openLoader` makes one from files. */
export interface BatchSource {
  next(): Promise<ViewBatch>;
  close(): Promise<void>;
  readonly skipped: readonly BadFile[];
  /** What is worth a word about the files, in sentences; it grows. */
  readonly notes?: readonly string[];
}

/** The batches of a run, of which the next one can be asked for before it is taken. */
export class BatchQueue {
  /** The batch that the next step takes, where it was asked for already. */
  private upcoming: Promise<ViewBatch> | null = null;
  private askedMs = 0;
  private notesTold = 0;

  constructor(private readonly source: BatchSource) {}

  /** Since when the next step waits for its batch. */
  get sinceMs(): number {
    return this.upcoming === null ? performance.now() : this.askedMs;
  }

  /** Waits for the next batch, but no longer than to an interrupt; it is kept for the next caller. */
  async wait(interrupt: UntilEvent): Promise<void> {
    this.askedMs = performance.now();
    this.upcoming ??= this.source.next();
    // It may fail after an interrupt, when nobody waits for it any more.
    this.upcoming.catch(() => undefined);
    await interrupt.wait(this.upcoming);
  }

  /** What the source has to say of the files since the last call. */
  newNotes(): readonly string[] {
    const fresh = (this.source.notes ?? []).slice(this.notesTold);
    this.notesTold += fresh.length;
    return fresh;
  }

  next(): Promise<ViewBatch> {
    const batch = this.upcoming ?? this.source.next();
    this.upcoming = null;
    return batch;
  }
}
