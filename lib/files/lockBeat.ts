import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * The thread that shows that a lock's holder lives: it writes the lock anew from time to time, also while the main thread
 * computes for minutes. Whoever takes the lock over gives its name to another file, which this one does not touch.
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
    // A full disk or a broken mount: the main thread tells of it, at its next write.
  }
}

try {
  const file = openSync(path, 'r+');
  if (readFileSync(file, 'utf8') === text) setInterval(() => beat(file), everyMs);
  else closeSync(file);
} catch {
  // Let go of already.
}
