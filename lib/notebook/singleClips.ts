import type { XkdConfig } from '../config';
import { evaluationBatches, type MediaEntry, type NdArray } from '../data';

/** The middle of one file, nothing augmented, as a batch of one clip. */
export interface SingleClip {
  readonly entry: MediaEntry;
  /** `[1, 3, T, S, S]` */
  readonly video: NdArray;
  /** `[1, 1, M, C]` */
  readonly audio: NdArray;
  /** Where the clip begins in the file [s]. */
  readonly startSeconds: number;
}

/** Reads a few files for looking at them one by one. */
export async function singleClips(entries: readonly MediaEntry[], config: XkdConfig): Promise<SingleClip[]> {
  const clips: SingleClip[] = [];
  for await (const batch of evaluationBatches(entries, config, { batch: entries.length })) {
    batch.entries.forEach((entry, i) => {
      const startSeconds = batch.startSeconds[i];
      clips.push({ entry, video: row(batch.video!, i), audio: row(batch.audio!, i), startSeconds });
    });
  }
  return clips;
}

/** One row of a batch, still with the axis of the batch. */
function row({ data, shape }: NdArray, i: number): NdArray {
  const size = data.length / shape[0];
  return { data: data.slice(i * size, (i + 1) * size), shape: [1, ...shape.slice(1)] };
}
