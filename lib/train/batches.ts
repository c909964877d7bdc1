import type { BadFile, ViewBatch } from '../data/types';
import type { UntilEvent } from './untilEvent';

/** Source of a training's batches. */
export interface Source<Batch> {
  next(): Promise<Batch>;
  close(): Promise<void>;
  /** Takes back a batch that nobody reads any more, whose memory may hold a later one. */
  recycle?(batch: Batch): void;
  readonly skipped: readonly BadFile[];
  /** Notable facts about the files, in sentences. The list grows. */
  readonly notes?: readonly string[];
}

/** Source of a pretraining run's batches; `openLoader` creates one from files. */
export type BatchSource = Source<ViewBatch>;

/** The batches of a training. The next one can be prefetched. */
export class BatchQueue<Batch = ViewBatch> {
  /** Batch of the next step, if already requested. */
  private upcoming: Promise<Batch> | null = null;
  private askedMs = 0;
  private notesTold = 0;

  constructor(private readonly source: Source<Batch>) {}

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

  /** Gives back a batch that was used. */
  recycle(batch: Batch): void {
    this.source.recycle?.(batch);
  }

  next(): Promise<Batch> {
    const batch = this.upcoming ?? this.source.next();
    this.upcoming = null;
    return batch;
  }
}
