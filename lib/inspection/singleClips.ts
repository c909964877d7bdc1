import type { XkdConfig } from '../config';
import { evaluationBatches, type MediaEntry, type NdArray } from '../data';

/** The middle clip of one file without augmentation, as a batch of one. */
export interface SingleClip {
  readonly entry: MediaEntry;
  /** `[1, 3, T, S, S]` */
  readonly video: NdArray;
  /** `[1, 1, M, C]` */
  readonly audio: NdArray;
  /** Start of the clip in the file [s]. */
  readonly startSeconds: number;
}

/**
 * Reads a few files, for viewing them one by one.
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { configure, openDataset, singleClips } from 'xkd';
 * import { makeSampleSet } from 'xkd/internal';
 *
 * const { folder } = await makeSampleSet({ out: join(tmpdir(), 'viewed'), train: 1, test: 0 });
 * const { entries } = await openDataset(folder);
 * const [clip] = await singleClips(entries, configure('nano'));
 * console.log(clip.video.shape, clip.audio.shape); // [ 1, 3, 8, 32, 32 ] [ 1, 1, 32, 32 ]
 * ```
 */
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

/** One row of a batch, keeping the batch axis. */
function row({ data, shape }: NdArray, i: number): NdArray {
  const size = data.length / shape[0];
  return { data: data.slice(i * size, (i + 1) * size), shape: [1, ...shape.slice(1)] };
}
