import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './fileError';
import { lookAt } from './folder';
import { metricsFiles, parseMetricsLines, readFolderMetrics, type MetricsRow } from './metrics';

/** Follows the rows of a folder's metrics while they grow, reading only what is new. */
export class MetricsFollower {
  private rows: MetricsRow[] = [];
  /** Inode of the file that was read; a rewritten file has a different one. */
  private file = -1;
  private offset = 0;

  constructor(private readonly folder: string) {}

  /** All rows available now. */
  read(): readonly MetricsRow[] {
    const path = join(this.folder, metricsFiles[1]);
    if (lookAt(path) === null) return (this.rows = readFolderMetrics(this.folder) ?? []);
    try {
      this.readNew(path);
    } catch (error) {
      throw fileError(error, path, 'read');
    }
    return this.rows;
  }

  private readNew(path: string): void {
    const file = openSync(path, 'r');
    try {
      const { ino, size } = fstatSync(file);
      if (ino !== this.file || size < this.offset) [this.file, this.offset, this.rows] = [ino, 0, []];
      const bytes = Buffer.alloc(size - this.offset);
      const length = readSync(file, bytes, 0, bytes.length, this.offset);
      const whole = bytes.subarray(0, length).lastIndexOf('\n') + 1;
      this.rows = [...this.rows, ...parseMetricsLines(path, bytes.toString('utf8', 0, whole))];
      this.offset += whole;
    } finally {
      closeSync(file);
    }
  }
}
