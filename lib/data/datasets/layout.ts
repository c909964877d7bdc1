import type { MediaEntry } from '../types';

/** The data sets whose published layout is known. */
export const knownDatasets = [
  'ucf101',
  'hmdb51',
  'kinetics400',
  'kinetics600',
  'kinetics700',
  'kinetics-sound',
  'esc50',
  'fsd50k',
  'audioset',
] as const;

export type KnownDataset = (typeof knownDatasets)[number];

/** As their authors write them. */
export const datasetTitles: Readonly<Record<KnownDataset, string>> = {
  ucf101: 'UCF101',
  hmdb51: 'HMDB51',
  kinetics400: 'Kinetics-400',
  kinetics600: 'Kinetics-600',
  kinetics700: 'Kinetics-700',
  'kinetics-sound': 'Kinetics-Sound',
  esc50: 'ESC-50',
  fsd50k: 'FSD50K',
  audioset: 'AudioSet',
};

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

/** How a data set lies on the disk when it was unpacked as its authors publish it. */
export interface Layout {
  readonly name: KnownDataset;
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
