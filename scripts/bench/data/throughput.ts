import { configure, modalities } from 'xkd/dist/config';
import { openClipPool, type Dataset } from 'xkd/dist/data';
import type { ClipRequest } from 'xkd/dist/data/loader/pool';
import type { DataSource } from './windows';

/** Clips per second that the loader's threads decode and augment. */
export interface ThroughputRow {
  readonly preset: string;
  readonly source: DataSource;
  readonly threads: number;
  readonly clipsPerSecond: number;
  readonly clipsPerSecondPerThread: number;
}

export interface ThroughputArgs {
  readonly preset: string;
  readonly source: DataSource;
  readonly dataset: Dataset;
  readonly threads: number;
  /** Duration of the measurement [s]. */
  readonly seconds: number;
}

/** Requests one clip after the other, as in an endless epoch. Files are decoded each time; nothing is cached. */
export async function measureThroughput(args: ThroughputArgs): Promise<ThroughputRow> {
  const { preset, dataset, threads } = args;
  const config = configure(preset, { 'loader.workers': threads, 'loader.cacheMegabytes': 0 });
  const pool = openClipPool(config);
  const { entries } = dataset;
  let place = 0;
  const some = (count: number): ClipRequest[] =>
    Array.from({ length: count }, () => {
      const index = place++;
      return { file: entries[index % entries.length], place: { kind: 'pretraining', epoch: 0, index } };
    });
  const run = (count: number): Promise<void> =>
    pool.clips(some(count), modalities, 2 * config.clip.seconds, (_, outcome) => {
      if ('bad' in outcome) throw new Error(outcome.bad);
    });
  try {
    const batch = 8 * threads;
    await run(batch);
    const startMs = performance.now();
    let clips = 0;
    let seconds = 0;
    // Two batches in flight, so that no thread waits for the last clip of one.
    let ahead = run(batch);
    while (seconds < args.seconds) {
      const next = run(batch);
      await ahead;
      ahead = next;
      clips += batch;
      seconds = (performance.now() - startMs) / 1000;
    }
    await ahead;
    clips += batch;
    seconds = (performance.now() - startMs) / 1000;
    const clipsPerSecond = clips / seconds;
    return {
      preset,
      source: args.source,
      threads,
      clipsPerSecond,
      clipsPerSecondPerThread: clipsPerSecond / threads,
    };
  } finally {
    await pool.close();
  }
}
