import type { BadFile, ViewBatch } from '../data/types';
import type { UntilEvent } from './untilEvent';

/** Source of batches; `openLoader` creates one from files. */
export interface BatchSource {
  next(): Promise<ViewBatch>;
  close(): Promise<void>;
  readonly skipped: readonly BadFile[];
  /** Notable facts about the files, in sentences. The list grows. */
  readonly notes?: readonly string[];
}

/** The batches of a run. The next one can be prefetched. */
export class BatchQueue {
  /** Batch of the next step, if already requested. */
  private upcoming: Promise<ViewBatch> | null = null;
  private askedMs = 0;
  private notesTold = 0;

  constructor(private readonly source: BatchSource) {}

  /** Time since which the next step has been waiting for its batch. */
  get sinceMs(): number {
    return this.upcoming === null ? performance.now() : this.askedMs;
  }

  /** Waits for the next batch or for an interrupt, whichever comes first. The batch is kept for the next call. */
  async wait(interrupt: UntilEvent): Promise<void> {
    this.askedMs = performance.now();
    this.upcoming ??= this.source.next();
    // It may fail after an interrupt, when nobody is waiting for it any more.
    this.upcoming.catch(() => undefined);
    await interrupt.wait(this.upcoming);
  }

  /** Notes of the source about its files since the last call. */
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
