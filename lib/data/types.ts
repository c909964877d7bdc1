import type { Modality } from '../config';

/** Plain values with their shape: what crosses threads, and becomes a tensor where a step begins. */
export interface NdArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** How clips are stored in an extracted data set. */
export interface StoredForm {
  /** `raw`: uint8 pixels and float32 samples, as decoded; `jpeg`: JPEG pictures and int16 samples. */
  readonly frames: 'raw' | 'jpeg';
  readonly framesPerSecond: number;
  /** Shorter side of the frames [px]. */
  readonly shortSide: number;
  readonly sampleRateHz: number;
  /** Which of several tracks it was; without a number the one that each file marks as its default. */
  readonly videoTrack?: number;
  readonly audioTrack?: number;
}

/** Where the extracted form of a clip lies, or why there is none. */
export type StoredClip =
  | {
      readonly form: StoredForm;
      /** Absolute path of the tar that holds it. */
      readonly shard: string;
      /** Where its members begin there, and how long they are together [bytes]; SHA-256 of these bytes. */
      readonly offset: number;
      readonly length: number;
      readonly sha256: string;
      /** Where its record lies there [bytes], and the CRC-32 of that. */
      readonly record: { readonly offset: number; readonly bytes: number; readonly checksum: number };
    }
  | { readonly form: StoredForm; readonly error: string };

/** One file of a data set. */
export interface MediaEntry {
  /** Absolute path; of an extracted clip the original's name below the extracted set's folder. */
  readonly path: string;
  /** The file that holds its sound, where that is another one. */
  readonly sound?: string;
  /** Class name; null in unlabelled and in multi-label data. */
  readonly label: string | null;
  /** Name of the split, such as `train` or `test`; null where there is none. */
  readonly split: string | null;
  /** All class names, in multi-label sets only. */
  readonly labels?: readonly string[];
  /** Where the clip begins in the file, if only a stretch of it is meant [s]. */
  readonly startSeconds?: number;
  /** Where that stretch ends [s]. */
  readonly endSeconds?: number;
  /** In extracted sets: what is read instead of the file. */
  readonly stored?: StoredClip;
}

/** A division of a data set into what is learnt from and what is tested on; positions in its entries. */
export interface Fold {
  /** Such as `1`; `default` where there is only one. */
  readonly name: string;
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** For the choice of settings, where the authors of the set kept some apart. */
  readonly validation?: readonly number[];
}

/** Files with their classes and divisions. */
export interface Dataset {
  /** Which one of the known layouts it is, such as `ucf101`; `folder` for any other. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly root: string;
  /** Of an extracted set: the folder of what it was extracted from, where that was done. */
  readonly original?: string;
  /** Files in the order of the index, or of their paths. */
  readonly entries: readonly MediaEntry[];
  /** Class names; the position is the class number. */
  readonly classes: readonly string[];
  /** Whether a file may be of several classes ({@link MediaEntry.labels}). */
  readonly multiLabel: boolean;
  /** What its files hold. */
  readonly modalities: readonly Modality[];
  /** None where nothing is said about what to learn from and what to test on. */
  readonly folds: readonly Fold[];
  /** How many clips its lists name whose files are not there; they are not among the entries. */
  readonly missing?: number;
  /** Files in its folder that are no clips of it: of another kind, or named by no list. Absolute paths. */
  readonly leftOut?: readonly string[];
}

/**
 * The views of one batch for pretraining. Index 0 is the global view, 1.. are the local ones.
 * B clips, T frames, S side in px, M mel bands, C columns.
 */
export interface ViewBatch {
  /** Step of the run that the batch is for, from 0. */
  readonly step: number;
  /** Which micro-batch of the step this is, from 0; 0 where a step takes its clips at once. */
  readonly microBatch: number;
  /** Global view `[B, 3, T, S, S]`, local views `[B, 3, t, s, s]`, normalised with ImageNet statistics. */
  readonly video: readonly NdArray[];
  /** Global view `[B, 1, M, C]`, local views `[B, 1, M, c]`, normalised log-mel. */
  readonly audio: readonly NdArray[];
  /** The files the clips came from, in order. */
  readonly entries: readonly MediaEntry[];
  /** Clips that were drawn for it and could not be used. */
  readonly skipped?: readonly BadClip[];
}

/** Clips for evaluation, as their {@link ClipPlan} says. B clips, V crops of each. */
export interface EvaluationBatch {
  /** `[B V, 3, T, S, S]`, the crops of a clip one after the other; null when only sound was asked for. */
  readonly video: NdArray | null;
  /** `[B, 1, M, C]`; null when only video was asked for. */
  readonly audio: NdArray | null;
  /** The file of each clip. */
  readonly entries: readonly MediaEntry[];
  /** Where each clip begins in its file [s]. */
  readonly startSeconds: readonly number[];
}

/** A file that could not be used, and why. */
export interface BadFile {
  readonly path: string;
  readonly reason: string;
}

/** A clip of a data set that could not be used. */
export interface BadClip {
  /** Position among the clips. */
  readonly clip: number;
  readonly reason: string;
  /** That is so of some windows alone; others are used. */
  readonly partly?: true;
}
