import { join } from 'node:path';
import {
  FolderLock,
  type MetricsWriter,
  fileError,
  openMetricsFiles,
  removeAbandonedFiles,
  writeFileAtomic,
} from '../../files';
import type { MetricsRow } from '../../files/metrics';

/** A folder in which one process trains: its lock, and `metrics.csv` and `metrics.jsonl`. */
export class TrainingFolder {
  private writers: readonly MetricsWriter[] = [];

  protected constructor(
    readonly path: string,
    private readonly lock: FolderLock,
  ) {}

  /**
   * Keeps other processes from training here, and removes incomplete files left by a killed process.
   *
   * @param folders all folders with files of the training
   * @param report called before waiting for a process that may have ended
   * @throws UserError if another process trains here
   */
  protected static async take(
    path: string,
    folders: readonly string[],
    report?: (sentence: string) => void,
  ): Promise<FolderLock> {
    const doing = 'is training in';
    const lock = await FolderLock.take({ folder: path, name: trainingLock, doing, again: true, report });
    try {
      folders.forEach(removeAbandonedFiles);
    } catch (error) {
      lock.release();
      throw fileError(error, path, 'write');
    }
    return lock;
  }

  /** Takes a folder without subfolders. */
  static async hold(path: string, report?: (sentence: string) => void): Promise<TrainingFolder> {
    return new TrainingFolder(path, await TrainingFolder.take(path, [path], report));
  }

  /**
   * Opens the metrics. Later rows, left by an interrupted training, are dropped.
   *
   * @param last step of the last row to keep; null: none
   * @param sparse columns that some rows lack
   */
  openRows(last: number | null, sparse: readonly string[] = []): void {
    this.writers = openMetricsFiles(this.path, last, sparse);
  }

  /** @throws UserError if another process has taken over the folder */
  writeRow(row: MetricsRow): void {
    this.requireHeld();
    for (const writer of this.writers) writer.write(row);
  }

  /** Flushes the metrics to disk, so that they survive a power failure, as the checkpoint that follows will. */
  flushMetrics(): void {
    this.requireHeld();
    this.writers.forEach((writer) => writer.flush());
  }

  /** @throws UserError if another process has taken over the folder */
  requireHeld(): void {
    this.lock.requireHeld();
  }

  writeJson(name: string, value: unknown): void {
    writeFileAtomic(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`);
  }

  close(): void {
    this.writers.forEach((writer) => writer.close());
    this.writers = [];
    this.lock.release();
  }
}

/** Name of the lock. */
export const trainingLock = 'run.lock';
