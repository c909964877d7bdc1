import type { ViewBatch } from '../data';
import type { BatchSource } from './batches';

/**
 * Passes every batch of one source to several readers, so that concurrent runs train on the very same clips, which are
 * decoded and augmented only once. A batch is kept until the slowest reader has taken it. The last reader to close also
 * closes the source.
 *
 * @param ahead for each reader, how many of the source's batches it has already had
 */
export function shareBatches(source: BatchSource, ahead: readonly number[]): BatchSource[] {
  /** Number of batches taken by each reader; infinite for a closed one. */
  const taken = [...ahead];
  const waiting = new Map<number, Promise<ViewBatch>>();
  /** Number of readers that have asked for the batch of a place and are not done with it. */
  const inUse = new Map<number, number>();
  const places = new WeakMap<ViewBatch, number>();
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
      const coming = waiting.get(place)!;
      inUse.set(place, (inUse.get(place) ?? 0) + 1);
      forget();
      const batch = await coming;
      places.set(batch, place);
      return batch;
    },
    recycle(batch) {
      const place = places.get(batch)!;
      inUse.set(place, inUse.get(place)! - 1);
      // A reader that is behind has yet to ask for it.
      if (inUse.get(place)! > 0 || Math.min(...taken) <= place) return;
      inUse.delete(place);
      source.recycle?.(batch);
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
