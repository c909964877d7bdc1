import { UserError } from '../errors';
import type { BadFile, MediaEntry } from './types';

/** Counts files that could not be used, and stops a run in which they are too many. */
export class BadFileList {
  private readonly files: number;
  private readonly reasons = new Map<string, string>();

  /**
   * @param entries the data set
   * @param maxShare share of bad ones above which {@link BadFileList.add} throws
   */
  constructor(
    entries: readonly MediaEntry[],
    private readonly maxShare: number,
  ) {
    this.files = new Set(entries.map(({ path }) => path)).size;
  }

  /** In the order in which they were met. */
  get list(): BadFile[] {
    return [...this.reasons].map(([path, reason]) => ({ path, reason }));
  }

  has(path: string): boolean {
    return this.reasons.has(path);
  }

  /** @throws UserError naming the number of bad files and the first of them */
  add(path: string, reason: string): void {
    this.reasons.set(path, reason);
    const { size } = this.reasons;
    if (size <= this.maxShare * this.files && size < this.files) return;
    const first = this.list.slice(0, named).map((bad) => `${bad.path} ${bad.reason}`);
    const more = size > named ? ', ...' : '';
    throw new UserError(
      `${size} of ${this.files} files cannot be used (${first.join('; ')}${more}), more than ` +
        `loader.maxBadShare=${this.maxShare} allows: mend or remove them, or allow a larger share.`,
    );
  }
}

const named = 3;
