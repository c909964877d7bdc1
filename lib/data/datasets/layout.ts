import type { MediaEntry } from '../types';

/** Role of a clip in a fold; null: not used. */
export type FoldRole = 'train' | 'test' | 'validation' | null;

/** A clip named in the lists of a data set, whether or not its file exists. */
export interface ListedClip {
  /** Name in its list. */
  readonly name: string;
  readonly label: string | null;
  readonly labels?: readonly string[];
  readonly split: string | null;
  /** One role per fold, in order. */
  readonly roles: readonly FoldRole[];
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

/** A clip with its file, or null if the file is missing. */
export interface FoundClip {
  readonly listed: ListedClip;
  readonly path: string | null;
  /** File with its sound, if it is a separate one. */
  readonly sound?: string;
}

/** Contents found in a data set. */
export interface LayoutContent {
  readonly clips: readonly FoundClip[];
  /** In the order of their published numbers; classes of all clips, including missing ones. */
  readonly classes: readonly string[];
  readonly folds: readonly string[];
  /** Media files that no list names. */
  readonly unlisted: readonly string[];
}

/** Published size of a data set; a key such as `1 train` means the training clips of fold 1. */
export interface PublishedCounts {
  readonly classes: number;
  /** Clips by fold and role; by split if there is only one fold. */
  readonly clips: Readonly<Record<string, number>>;
  /** Clips per class, if all classes have the same number: by fold and role, or by split. */
  readonly perClass?: Readonly<Record<string, number>>;
  /** Counts of lists that may be used on their own. */
  readonly alternatives?: Readonly<Record<string, readonly number[]>>;
  /** The counts are known only to two or three digits. */
  readonly approximate?: true;
  /** Source of the counts. */
  readonly source: string;
}

/** File layout of a data set as unpacked from its authors' publication. */
export interface Layout {
  readonly name: string;
  /** Title as its authors write it. */
  readonly title: string;
  readonly published: PublishedCounts;
  /** Expected contents of its folder, for messages. */
  readonly expected: string;
  readonly multiLabel: boolean;
  /**
   * True if the set is published with its files, so that a missing file is an error; false if it is a list of
   * links, some of them dead.
   */
  readonly whole: boolean;
  /** The first required item that is missing in this folder; null if it has all. */
  lacks(folder: string): string | null;
  /** @throws UserError if its lists are invalid */
  read(folder: string): Promise<LayoutContent>;
}

/** The entry of a clip whose file exists. */
export function entryOf(listed: ListedClip, path: string, sound?: string): MediaEntry {
  const { label, labels, split, startSeconds, endSeconds } = listed;
  return {
    path,
    ...(sound !== undefined && { sound }),
    label,
    split,
    ...(labels && { labels }),
    ...(startSeconds !== undefined && { startSeconds }),
    ...(endSeconds !== undefined && { endSeconds }),
  };
}
