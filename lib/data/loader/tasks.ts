import type { Modality } from '../../config';
import type { LabelledAugmentation } from '../augment';
import type { BatchArrays } from './batch';
import type { ClipViews } from './clipViews';
import type { TrackNote } from './trackNotes';
import type { FilePart, KnownFile } from './windowReader';

/**
 * Selects a clip of a file: the one drawn for a place in an epoch; number `clip` of `clips` evenly spaced
 * ones, in some crops; or one drawn and augmented by a random stream of this name, as in pretraining or as
 * specified.
 */
export type ClipPlace =
  | { readonly kind: 'pretraining'; readonly epoch: number; readonly index: number }
  | { readonly kind: 'evaluation'; readonly clip: number; readonly clips: number; readonly crops: number }
  | {
      readonly kind: 'augmented';
      readonly stream: string;
      readonly augmentation?: LabelledAugmentation;
    };

export interface ClipJob {
  readonly file: FilePart;
  readonly known: KnownFile;
  readonly place: ClipPlace;
  /** Place in the task's batch, if it has one. */
  readonly position?: number;
}

/** Work for a worker thread. */
export interface ClipTask {
  readonly jobs: readonly ClipJob[];
  readonly modalities: readonly Modality[];
  /** Files up to this length are decoded whole [s]. */
  readonly wholeSeconds: number;
  /** Batch to write the views into; omitted: they are returned. */
  readonly into?: BatchArrays;
}

/**
 * The views of a clip (none if they were written into a batch), its start in the file and new knowledge about the
 * file, or the reason why the file (or only this window of it) cannot be used.
 */
export type ClipOutcome =
  | {
      readonly views: ClipViews;
      readonly startSeconds: number;
      readonly learnt: KnownFile | null;
      readonly notes?: readonly TrackNote[];
    }
  | { readonly bad: string; readonly partly?: boolean };
