import type { Modality } from '../config';

/** Plain values with their shape; passed between threads and converted to a tensor at the start of a step. */
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
  /** Track that was stored, if there are several; undefined: the one that each file marks as its default. */
  readonly videoTrack?: number;
  readonly audioTrack?: number;
}

/** Location of a clip's extracted form, or the reason why there is none. */
export type StoredClip =
  | {
      readonly form: StoredForm;
      /** Absolute path of the tar that holds the clip. */
      readonly shard: string;
      /** Offset and total size of its members in the tar [bytes], and SHA-256 of these bytes. */
      readonly offset: number;
      readonly length: number;
      readonly sha256: string;
      /** Offset and size of its record in the tar [bytes], and its CRC-32. */
      readonly record: { readonly offset: number; readonly bytes: number; readonly checksum: number };
    }
  | { readonly form: StoredForm; readonly error: string };

/** One file of a data set. */
export interface MediaEntry {
  /** Absolute path; for an extracted clip, the original's name below the extracted set's folder. */
  readonly path: string;
  /** File with its sound, if it is a separate one. */
  readonly sound?: string;
  /** Class name; null in unlabelled and in multi-label data. */
  readonly label: string | null;
  /** Name of the split, such as `train` or `test`; null if there is none. */
  readonly split: string | null;
  /** All class names; only in multi-label sets. */
  readonly labels?: readonly string[];
  /** Start of the clip in the file, if only part of it is used [s]. */
  readonly startSeconds?: number;
  /** End of that part [s]. */
  readonly endSeconds?: number;
  /** In extracted sets: the data to read instead of the file. */
  readonly stored?: StoredClip;
}

/** A division of a data set into training and test clips, as positions in its entries. */
export interface Fold {
  /** A name such as `1`; `default` if there is only one. */
  readonly name: string;
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** Clips for choosing settings, if the authors of the set kept some apart. */
  readonly validation?: readonly number[];
}

/** Files with their classes and folds. */
export interface Dataset {
  /** Name of its known layout, such as `ucf101`; `folder` for any other. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly root: string;
  /** For an extracted set: the folder of the original set, at the time of extraction. */
  readonly original?: string;
  /** Files in the order of the index, or of their paths. */
  readonly entries: readonly MediaEntry[];
  /** Class names; the position is the class number. */
  readonly classes: readonly string[];
  /** True if a file may have several classes ({@link MediaEntry.labels}). */
  readonly multiLabel: boolean;
  /** Modalities of its files. */
  readonly modalities: readonly Modality[];
  /** Empty if nothing defines training and test clips. */
  readonly folds: readonly Fold[];
  /** Number of clips in its lists whose files are missing; they are not among the entries. */
  readonly missing?: number;
  /**
   * Absolute paths of files in its folder that are not clips of the set: of another kind, or named by no
   * list.
   */
  readonly leftOut?: readonly string[];
}

/**
 * The views of one batch for pretraining. Index 0 is the global view, 1.. are the local ones.
 * B clips, T frames, S side in px, M mel bands, C columns.
 */
export interface ViewBatch {
  /** Step of the run that the batch is for, from 0. */
  readonly step: number;
  /** Micro-batch of the step, from 0; always 0 if a step takes its clips at once. */
  readonly microBatch: number;
  /** Global view `[B, 3, T, S, S]`, local views `[B, 3, t, s, s]`, normalised with ImageNet statistics. */
  readonly video: readonly NdArray[];
  /** Global view `[B, 1, M, C]`, local views `[B, 1, M, c]`, normalised log-mel. */
  readonly audio: readonly NdArray[];
  /** The source file of each clip, in order. */
  readonly entries: readonly MediaEntry[];
  /** Unusable clips that were drawn for the batch. */
  readonly skipped?: readonly BadClip[];
  /** If these are only some clips of the batch (or micro-batch), one process's share: the first's place, and how many it has. */
  readonly share?: { readonly first: number; readonly of: number };
}

/** Clips for evaluation, as specified by their {@link ClipPlan}. B clips, V crops per clip. */
export interface EvaluationBatch {
  /** `[B V, 3, T, S, S]`, the crops of a clip in succession; null if only sound was requested. */
  readonly video: NdArray | null;
  /** `[B, 1, M, C]`; null if only video was requested. */
  readonly audio: NdArray | null;
  /** The file of each clip. */
  readonly entries: readonly MediaEntry[];
  /** Start of each clip in its file [s]. */
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
  /** Only some windows are unusable; others are used. */
  readonly partly?: true;
}
