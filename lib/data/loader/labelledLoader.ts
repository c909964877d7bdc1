import type { Modality, XkdConfig } from '../../config';
import { UserError } from '../../errors';
import type { LabelledAugmentation } from '../augment';
import { batchArrays } from './batch';
import { Prefetcher } from './prefetcher';
import { openClipPool, type ClipPool } from './pool';
import { TrainingClips } from './trainingClips';
import type { BadClip, BadFile, MediaEntry, NdArray } from '../types';

export interface LabelledLoaderArgs {
  /** Training files. */
  readonly entries: readonly MediaEntry[];
  readonly config: XkdConfig;
  readonly modality: Modality;
  readonly augmentation: LabelledAugmentation;
  /** Seed for the order of the files, the windows and the augmentation. */
  readonly seed: number;
  /** B, batch size. */
  readonly batch: number;
  /** Step of the first batch, for resuming. */
  readonly startStep: number;
  /** Number of steps of the whole run. */
  readonly steps: number;
  /** Worker threads and cache to share with others; default: the loader creates its own. */
  readonly pool?: ClipPool;
  /** Clips already known to be unusable, for resuming. */
  readonly skipped?: readonly BadClip[];
}

/** Augmented clips of one modality. */
export interface LabelledBatch {
  /** Step of the run that the batch is for, from 0. */
  readonly step: number;
  /** `[B, 3, T, S, S]` or `[B, 1, M, C]` */
  readonly view: NdArray;
  /** The source file of each clip, in order. */
  readonly entries: readonly MediaEntry[];
  /** Unusable clips that were drawn for the batch. */
  readonly skipped: readonly BadClip[];
}

/**
 * Batches of augmented clips for a classifier, prefetched. As with the loader for pretraining, the batch of a
 * step depends only on the seed, the step and the files.
 */
export class LabelledLoader {
  /** Batches per epoch; the remainder is dropped. */
  readonly stepsPerEpoch: number;
  private readonly pool: ClipPool;
  private readonly clips: TrainingClips;
  private readonly batches: Prefetcher<LabelledBatch>;

  /** @throws UserError if there are fewer files than the batch size */
  constructor(private readonly args: LabelledLoaderArgs) {
    const { entries, config, seed, batch, startStep, steps, skipped } = args;
    this.stepsPerEpoch = batchesPerEpoch(entries.length, batch);
    this.pool = args.pool ?? openClipPool(config);
    this.clips = new TrainingClips({
      entries,
      config,
      pool: this.pool,
      seed,
      purpose: 'evaluation',
      skipped,
    });
    this.batches = new Prefetcher({
      first: startStep,
      end: steps,
      ahead: config.loader.prefetch,
      make: (step) => this.makeBatch(step),
    });
  }

  /** Unusable files so far, each of which was replaced by the next one. */
  get skipped(): BadFile[] {
    return this.clips.skipped;
  }

  /**
   * The next batch; further ones are prefetched.
   *
   * @throws UserError if too many files cannot be used
   */
  async next(): Promise<LabelledBatch> {
    const batch = this.batches.next();
    if (batch === null)
      throw new Error(`The run has ${this.args.steps} steps; there is no batch for a further one.`);
    return batch;
  }

  /** Ends all threads and processes; a pending batch may fail. */
  async close(): Promise<void> {
    if (!this.args.pool) await this.pool.close();
    await this.batches.settled();
  }

  private async makeBatch(step: number): Promise<LabelledBatch> {
    const { config, modality, augmentation, seed, batch } = this.args;
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const arrays = batchArrays(batch, config, { video: 0, audio: 0 }, [modality]);
    const { entries, skipped } = await this.clips.read({
      epoch,
      first: (step % this.stepsPerEpoch) * batch,
      clips: batch,
      modalities: [modality],
      clipAt: (index) => ({ kind: 'augmented', stream: `${seed}/labelled/${epoch}/${index}`, augmentation }),
      arrays,
    });
    return { step, view: arrays[modality][0], entries, skipped };
  }
}

/** @throws UserError if there are fewer clips than the batch size */
export function batchesPerEpoch(clips: number, batch: number): number {
  if (batch > clips) {
    throw new UserError(
      `batch is ${batch}, but there are only ${clips} clips to learn from: add batch=${clips} or less.`,
    );
  }
  return Math.floor(clips / batch);
}
