/** Plain values with their shape: what crosses threads, and becomes a tensor where a step begins. */
export interface NdArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** One file of a data set. */
export interface MediaEntry {
  /** Absolute path. */
  readonly path: string;
  /** Class name; null in unlabelled data. */
  readonly label: string | null;
  /** Name of the split, such as `train` or `test`; null where there is none. */
  readonly split: string | null;
}

/**
 * The views of one batch for pretraining. Index 0 is the global view, 1.. are the local ones.
 * B clips, T frames, S side in px, M mel bands, C columns.
 */
export interface ViewBatch {
  /** Step of the run that the batch is for, from 0. */
  readonly step: number;
  /** Which part of the step's clips this is, from 0; 0 where a step takes its clips at once. */
  readonly part: number;
  /** Global view `[B, 3, T, S, S]`, local views `[B, 3, t, s, s]`, normalised with ImageNet statistics. */
  readonly video: readonly NdArray[];
  /** Global view `[B, 1, M, C]`, local views `[B, 1, M, c]`, normalised log-mel. */
  readonly audio: readonly NdArray[];
  /** The files the clips came from, in order. */
  readonly entries: readonly MediaEntry[];
}

/** Clips for evaluation: the centre window, short side resized, centre crop, no augmentation. */
export interface EvaluationBatch {
  /** `[B, 3, T, S, S]`; null when only sound was asked for. */
  readonly video: NdArray | null;
  /** `[B, 1, M, C]`; null when only video was asked for. */
  readonly audio: NdArray | null;
  readonly entries: readonly MediaEntry[];
  /** Where each clip begins in its file [s]. */
  readonly startSeconds: readonly number[];
}

/** A file that could not be used, and why. */
export interface BadFile {
  readonly path: string;
  readonly reason: string;
}
