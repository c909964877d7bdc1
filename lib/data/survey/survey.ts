import type { Modality } from '../../config';
import type { DatasetName } from '../dataset';
import type { PublishedCounts } from '../datasets/layout';
import type { BadFile } from '../types';

/** Contents found in a data set, compared with its lists and its authors' published counts. */
export interface DatasetSurvey {
  readonly format: 1;
  readonly dataset: { readonly name: DatasetName; readonly title: string; readonly root: string };
  readonly multiLabel: boolean;
  readonly modalities: readonly Modality[];
  /** Null for a user's own data. */
  readonly published: PublishedCounts | null;
  readonly clips: {
    /** Number of clips in its lists; in a folder without lists, number of clips found. */
    readonly listed: number;
    readonly present: number;
    readonly missing: number;
    /** Media files that no list names. */
    readonly unlisted: number;
  };
  readonly parts: readonly SurveyPart[];
  readonly classes: readonly SurveyClass[];
  readonly missing: readonly MissingClip[];
  /** Files that are not clips, relative to the set's folder: of another kind, or in no list. */
  readonly leftOut: readonly string[];
  /** Null if files were not opened. */
  readonly opened: OpenedFiles | null;
  /** Files with damaged packets; empty if files were not decoded. */
  readonly damaged: readonly DamagedPackets[];
  /** Findings about what is wrong, one sentence each; empty: nothing is wrong. */
  readonly findings: readonly string[];
  /** Remarks on usable files, kind by kind; these are not faults. */
  readonly notices: readonly Notice[];
}

export type NoticeKind =
  | 'videoTracks'
  | 'audioTracks'
  | 'hdr'
  | 'interlaced'
  | 'silent'
  | 'cancelling'
  | 'still'
  | 'black'
  | 'unlikeLengths'
  | 'short'
  | 'duplicate';

/** A property of some files, and its effect on training. */
export interface Notice {
  readonly kind: NoticeKind;
  /** Includes the number of files and the first names. */
  readonly sentence: string;
  /** All of them, relative to the set's folder, with a detail about each. */
  readonly files: readonly { readonly path: string; readonly detail: string }[];
}

/** A file with damaged packets, which are skipped. */
export interface DamagedPackets {
  /** Relative to the set's folder. */
  readonly path: string;
  readonly damaged: number;
  readonly packets: number;
}

/** One side of a fold, such as `1 train`; a split if there is only one fold. */
export interface SurveyPart {
  readonly name: string;
  readonly listed: number;
  readonly present: number;
  readonly published: number | null;
}

export interface SurveyClass {
  readonly name: string;
  readonly listed: number;
  readonly present: number;
  /** Number of existing clips, in the order of the parts. */
  readonly parts: readonly number[];
}

export interface MissingClip {
  /** Name in its list. */
  readonly name: string;
  readonly label: string;
  readonly split: string | null;
}

/** Result of opening every file. */
export interface OpenedFiles {
  readonly files: number;
  readonly withoutSound: number;
  readonly withoutPictures: number;
  /** Total length of all files that state theirs [s]. */
  readonly totalSeconds: number;
  readonly broken: readonly BadFile[];
  /** True if they were decoded completely, false if only their headers were read. */
  readonly decoded: boolean;
}
