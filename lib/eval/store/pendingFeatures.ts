import { entryName, type MediaEntry } from '../../data';
import { fingerprintFile } from './fileFingerprint';
import type { StoredFile } from './chunk';
import type { FeatureSetFolder } from './featureSetFolder';

export interface PendingArgs {
  readonly folder: FeatureSetFolder;
  /** Folder of the data set. */
  readonly root: string;
  readonly rowsEach: number;
  readonly columns: number;
}

/** After this time even a small chunk is written, so that little is lost if the process is killed. */
const mostWaitingMs = 20_000;
const mostWaitingBytes = 32e6;

/**
 * Features on their way to the store: rows are collected until a file is complete, and files until they fill a chunk.
 */
export class PendingFeatures {
  private entry: MediaEntry | null = null;
  private rows: Float32Array[] = [];
  private complete: { readonly file: StoredFile; readonly values: Float32Array }[] = [];
  private lastWriteMs = performance.now();

  constructor(private readonly args: PendingArgs) {}

  /**
   * @param entries file of each clip, in order; the clips of a file are consecutive
   * @param values rows of the clips, equally many for each
   */
  async push(entries: readonly MediaEntry[], values: Float32Array): Promise<void> {
    const size = values.length / entries.length;
    for (const [i, entry] of entries.entries()) {
      if (entry !== this.entry) {
        this.entry = entry;
        this.rows = [];
      }
      this.rows.push(values.slice(i * size, (i + 1) * size));
      // A file with clips that could not be decoded never gets here.
      if (this.rows.length * size === this.args.rowsEach * this.args.columns) await this.finish(entry);
    }
    const waiting = this.complete.length * this.args.rowsEach * this.args.columns * 4;
    if (waiting >= mostWaitingBytes || performance.now() - this.lastWriteMs >= mostWaitingMs)
      await this.flush();
  }

  /** Writes the completed files. */
  async flush(): Promise<void> {
    const { folder, columns } = this.args;
    this.lastWriteMs = performance.now();
    if (this.complete.length === 0) return;
    const files = this.complete.map(({ file }) => file);
    folder.add(files, joined(this.complete.map(({ values }) => values)), columns);
    this.complete = [];
  }

  private async finish(entry: MediaEntry): Promise<void> {
    const file = {
      name: entryName(entry, this.args.root),
      fingerprint: await fingerprintFile(entry),
    };
    this.complete.push({ file, values: joined(this.rows) });
    this.rows = [];
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
