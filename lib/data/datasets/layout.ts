import type { MediaEntry } from '../types';

/** What a clip is for in a fold; null: neither. */
export type FoldRole = 'train' | 'test' | 'validation' | null;

/** A clip that the lists of a data set name, whether its file is there or not. */
export interface ListedClip {
  /** As its list names it. */
  readonly name: string;
  readonly label: string | null;
  readonly labels?: readonly string[];
  readonly split: string | null;
  /** In the order of the folds. */
  readonly roles: readonly FoldRole[];
  readonly startSeconds?: number;
  readonly endSeconds?: number;
}

/** A clip with its file, or null where the file is missing. */
export interface FoundClip {
  readonly listed: ListedClip;
  readonly path: string | null;
  /** The file of its sound, where that is another one. */
  readonly sound?: string;
}

/** What was found of a data set. */
export interface LayoutContent {
  readonly clips: readonly FoundClip[];
  /** In the order of their published numbers; of all clips, missing ones too. */
  readonly classes: readonly string[];
  readonly folds: readonly string[];
  /** Media files that no list names. */
  readonly unlisted: readonly string[];
}

/** How large a data set is as its authors published it; keys such as `1 train` mean the training clips of fold 1. */
export interface PublishedCounts {
  readonly classes: number;
  /** Clips by fold and role; where there is one fold only, by split. */
  readonly clips: Readonly<Record<string, number>>;
  /** Clips of each class, where all have the same number: by fold and role, or split. */
  readonly perClass?: Readonly<Record<string, number>>;
  /** Counts of lists that may stand alone. */
  readonly alternatives?: Readonly<Record<string, readonly number[]>>;
  /** The counts are known to two or three digits only. */
  readonly approximate?: true;
  /** Where the counts were taken from. */
  readonly source: string;
}

/** How a data set lies on the disk when it was unpacked as its authors publish it. */
export interface Layout {
  readonly name: string;
  /** As its authors write it. */
  readonly title: string;
  readonly published: PublishedCounts;
  /** What lies in its folder, for messages. */
  readonly expected: string;
  readonly multiLabel: boolean;
  /** Whether it is published with its files, so that a missing one is a mistake; else it is a list of links, some dead. */
  readonly whole: boolean;
  /** The first thing that its folder should hold and this one does not; null if it has all. */
  lacks(folder: string): string | null;
  /** @throws UserError where its lists make no sense */
  read(folder: string): Promise<LayoutContent>;
}

/** The entry of a clip whose file is there. */
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
