import type { ViewBatch } from '../data';
import type { BatchSource } from './batches';

/**
 * Hands every batch of one source to several readers, so that runs side by side learn from the very same clips, and
 * these are decoded and augmented once. A batch is kept until the slowest reader has taken it. The source is closed
 * by the last reader that closes.
 *
 * @param ahead for each reader, how many of the source's batches it has had before
 */
export function shareBatches(source: BatchSource, ahead: readonly number[]): BatchSource[] {
  /** How many batches each reader has taken; without end for one that has closed. */
  const taken = [...ahead];
  const waiting = new Map<number, Promise<ViewBatch>>();
  let asked = 0;
  const forget = (): void => {
    const slowest = Math.min(...taken);
    for (const place of waiting.keys()) if (place < slowest) waiting.delete(place);
  };
  return taken.map((_, reader) => ({
    async next() {
      if (taken[reader] === Infinity) throw new Error('This reader is closed.');
      const place = taken[reader]++;
      while (asked <= place) waiting.set(asked++, source.next());
      const batch = waiting.get(place)!;
      forget();
      return batch;
    },
    async close() {
      if (taken[reader] === Infinity) return;
      taken[reader] = Infinity;
      forget();
      if (taken.every((count) => count === Infinity)) await source.close();
    },
    get skipped() {
      return source.skipped;
    },
    get notes() {
      return source.notes;
    },
  }));
}
