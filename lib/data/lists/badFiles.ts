import { modalities } from '../../config';
import { UserError } from '../../errors';
import { lacksStream } from '../../media/badMedia';
import type { Stretch } from '../loader/stretch';
import type { BadClip, BadFile, MediaEntry } from '../types';

/** Purpose of clips. */
export type ClipPurpose = 'pretraining' | 'evaluation';

/**
 * Counts files that could not be used, and stops a run if there are too many. A clip that is unusable as a
 * whole is counted once; if only a window of it is unusable, its other windows may still be used.
 */
export class BadFileList {
  private readonly files: number;
  /** By path. */
  private readonly reasons = new Map<string, string>();
  private readonly unusable = new Map<string, string>();

  /**
   * @param entries the data set
   * @param maxShare share of bad files above which {@link BadFileList.add} throws
   * @param purpose determines what files without pictures or sound are still good for
   */
  constructor(
    entries: readonly MediaEntry[],
    private readonly maxShare: number,
    private readonly purpose: ClipPurpose,
  ) {
    this.files = new Set(entries.map(({ path }) => path)).size;
  }

  /** In order of discovery. */
  get list(): BadFile[] {
    return [...this.reasons].map(([path, reason]) => ({ path, reason }));
  }

  /** True if any part of a file could not be used. */
  has(path: string): boolean {
    return this.reasons.has(path);
  }

  /** Reason why a clip is unusable as a whole; null if none is known. */
  reasonOf(clip: Stretch): string | null {
    return this.unusable.get(keyOf(clip)) ?? null;
  }

  /** Records an earlier result. */
  recall(clip: Stretch, reason: string): void {
    this.reasons.set(clip.path, reason);
    this.unusable.set(keyOf(clip), reason);
  }

  /**
   * @param partly only a window of it cannot be used
   * @throws UserError naming the number of bad files and the first of them
   */
  add(clip: Stretch, reason: string, partly = false): void {
    if (partly) this.reasons.set(clip.path, this.reasons.get(clip.path) ?? reason);
    else this.recall(clip, reason);
    const all = this.reasons.size === this.files;
    const counted = this.list.filter((bad) => all || this.counts(bad));
    const size = counted.length;
    if (size <= this.maxShare * this.files && !all) return;
    const first = counted.slice(0, named).map((bad) => `${bad.path} ${bad.reason}`);
    const more = size > named ? ', ...' : '';
    throw new UserError(
      `${size} of ${this.files} files cannot be used (${first.join('; ')}${more}), more than ` +
        `loader.maxBadShare=${this.maxShare} allows: ${this.wayOut()}.`,
    );
  }

  /**
   * Whether a file counts against the limit. What is evaluated is decided by the files: those without its modality are
   * left out, however many, as long as some have it.
   */
  private counts({ reason }: BadFile): boolean {
    return this.purpose === 'pretraining' || !lacking.includes(reason);
  }

  private wayOut(): string {
    const reasons = new Set(this.reasons.values());
    const [reason] = reasons;
    const missing = modalities.find((modality) => reasons.size === 1 && reason === lacksStream[modality]);
    if (missing === undefined)
      return 'repair or remove them ("xkd data check" names all), or allow a larger share';
    return this.purpose === 'evaluation'
      ? `add --modality ${missing === 'audio' ? 'video' : 'audio'}, which they have, give files with both, or allow a larger share`
      : 'pretraining learns from pictures and their sound, so give files with both, or allow a larger share';
  }
}

const named = 3;
const lacking: readonly string[] = Object.values(lacksStream);

/** Adds the clips that are not in a list yet. */
export function withBadClips(list: readonly BadClip[], more: readonly BadClip[]): readonly BadClip[] {
  const fresh = more.filter((bad, i) => {
    const isSame = (other: BadClip): boolean => other.clip === bad.clip && other.partly === bad.partly;
    return !list.some(isSame) && more.findIndex(isSame) === i;
  });
  return fresh.length === 0 ? list : [...list, ...fresh];
}

/** The files of unusable clips, each with the first reason found. */
export function badFilesOf(clips: readonly BadClip[], entries: readonly MediaEntry[]): BadFile[] {
  const reasons = new Map<string, string>();
  for (const { clip, reason } of clips) {
    const { path } = entries[clip];
    if (!reasons.has(path)) reasons.set(path, reason);
  }
  return [...reasons].map(([path, reason]) => ({ path, reason }));
}

/** Several clips may be parts of one file. */
function keyOf({ path, startSeconds, endSeconds }: Stretch): string {
  return `${startSeconds ?? ''}-${endSeconds ?? ''} ${path}`;
}
