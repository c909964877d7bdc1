import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * Worker thread that gives a lock's signs of life: it rewrites the lock file from time to time, even while
 * the main thread computes for minutes. A process that takes the lock over creates a different file, which
 * this thread does not touch.
 */

export interface BeatData {
  readonly path: string;
  readonly text: string;
  readonly everyMs: number;
}

const { path, text, everyMs } = workerData as BeatData;

function beat(file: number): void {
  try {
    writeSync(file, text, 0);
  } catch {
    // A full disk or a broken mount; the main thread reports it at its next write.
  }
}

try {
  const file = openSync(path, 'r+');
  if (readFileSync(file, 'utf8') === text) setInterval(() => beat(file), everyMs);
  else closeSync(file);
} catch {
  // Already released.
}
