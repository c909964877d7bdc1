import type { Modality } from '../../config';
import type { DatasetName } from '../dataset';
import type { PublishedCounts } from '../datasets/layout';
import type { BadFile } from '../types';

/** What is there of a data set, beside what its lists name and what its authors published. */
export interface DatasetSurvey {
  readonly format: 1;
  readonly dataset: { readonly name: DatasetName; readonly title: string; readonly root: string };
  readonly multiLabel: boolean;
  readonly modalities: readonly Modality[];
  /** Null for data of one's own. */
  readonly published: PublishedCounts | null;
  readonly clips: {
    /** Named by its lists; of a folder without lists, found. */
    readonly listed: number;
    readonly present: number;
    readonly missing: number;
    /** Media files that no list names. */
    readonly unlisted: number;
  };
  readonly parts: readonly SurveyPart[];
  readonly classes: readonly SurveyClass[];
  readonly missing: readonly MissingClip[];
  /** Files that are no clips, named from the set's folder: of another kind, or in no list. */
  readonly leftOut: readonly string[];
  /** Null where files were not opened. */
  readonly opened: OpenedFiles | null;
  /** What is not as it should be, a sentence each; empty: nothing is wrong. */
  readonly findings: readonly string[];
  /** What is worth knowing of files that can be used, kind by kind; no fault. */
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

/** What some files are like, and what training makes of it. */
export interface Notice {
  readonly kind: NoticeKind;
  /** With the number of files and the first names. */
  readonly sentence: string;
  /** All of them, named from the set's folder, and what is to be said of each. */
  readonly files: readonly { readonly path: string; readonly detail: string }[];
}

/** One side of a fold, such as `1 train`; where there is only one fold, a split. */
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
  /** How many are there, in the order of the parts. */
  readonly parts: readonly number[];
}

export interface MissingClip {
  /** As its list names it. */
  readonly name: string;
  readonly label: string;
  readonly split: string | null;
}

/** What opening every file told. */
export interface OpenedFiles {
  readonly files: number;
  readonly withoutSound: number;
  readonly withoutPictures: number;
  /** Length of all that say how long they are [s]. */
  readonly totalSeconds: number;
  readonly broken: readonly BadFile[];
  /** Whether they were decoded from start to end, or their heads read alone. */
  readonly decoded: boolean;
}
