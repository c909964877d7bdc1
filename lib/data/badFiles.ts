import { modalities } from '../config';
import { UserError } from '../errors';
import { lacksStream } from '../media/badMedia';
import type { BadFile, MediaEntry } from './types';

/** What clips are for. */
export type ClipPurpose = 'pretraining' | 'evaluation';

/** Counts files that could not be used, and stops a run in which they are too many. */
export class BadFileList {
  private readonly files: number;
  private readonly reasons = new Map<string, string>();

  /**
   * @param entries the data set
   * @param maxShare share of bad ones above which {@link BadFileList.add} throws
   * @param purpose which files that lack pictures or sound are still good for
   */
  constructor(
    entries: readonly MediaEntry[],
    private readonly maxShare: number,
    private readonly purpose: ClipPurpose,
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
        `loader.maxBadShare=${this.maxShare} allows: ${this.wayOut()}.`,
    );
  }

  private wayOut(): string {
    const reasons = new Set(this.reasons.values());
    const [reason] = reasons;
    const lacking = modalities.find((modality) => reasons.size === 1 && reason === lacksStream[modality]);
    if (lacking === undefined) return 'repair or remove them ("xkd data check" names all), or allow a larger share';
    return this.purpose === 'evaluation'
      ? `add --modality ${lacking === 'audio' ? 'video' : 'audio'}, which they have, give files with both, or allow a larger share`
      : 'pretraining learns from pictures and their sound, so give files with both, or allow a larger share';
  }
}

const named = 3;
