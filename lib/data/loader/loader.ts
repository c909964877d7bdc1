import { modalities, type XkdConfig } from '../../config';
import { UserError } from '../../errors';
import { batchArrays, type BatchArrays } from './batch';
import { Prefetcher } from './prefetcher';
import { openClipPool, type ClipPool } from './pool';
import { TrainingClips } from './trainingClips';
import type { BadClip, BadFile, MediaEntry, ViewBatch } from '../types';

export interface LoaderArgs {
  /** Files of the training split. */
  readonly entries: readonly MediaEntry[];
  readonly config: XkdConfig;
  /** Step of the first batch, for resuming; default 0. */
  readonly startStep?: number;
  /** Number of steps of the whole run, after which there are no more batches; default: unlimited. */
  readonly steps?: number;
  /** Worker threads and cache to share with others; default: the loader creates its own. */
  readonly pool?: ClipPool;
  /** Clips already known to be unusable, for resuming. */
  readonly skipped?: readonly BadClip[];
  /** In a run on several processes: this one, which reads its share of each batch or micro-batch. */
  readonly ranks?: { readonly index: number; readonly count: number };
}

/**
 * Batches of augmented views for pretraining, prefetched; with `training.accumulate`, micro-batches one by
 * one. The batch of a step depends only on the seed, the step and the files, never on the number of threads
 * or on where a run was resumed.
 *
 * @throws UserError if there are fewer files than the batch size
 */
export async function openLoader(args: LoaderArgs): Promise<Loader> {
  return new Loader(args);
}

export class Loader {
  /** Batches per epoch; the remainder is dropped. */
  readonly stepsPerEpoch: number;
  private readonly pool: ClipPool;
  private readonly clips: TrainingClips;
  /** Numbered by micro-batch. */
  private readonly microBatches: Prefetcher<ViewBatch>;
  /** Memory of batches that were given back. */
  private readonly spare: BatchArrays[] = [];
  private closed = false;

  constructor(private readonly args: LoaderArgs) {
    const { entries, config, startStep = 0, steps = Infinity, skipped } = args;
    const { batch, accumulate } = config.training;
    requireEvenShares(config, args.ranks?.count ?? 1);
    if (batch > entries.length) {
      throw new UserError(
        `training.batch is ${batch}, but there are only ${entries.length} files: choose a smaller batch.`,
      );
    }
    this.stepsPerEpoch = Math.floor(entries.length / batch);
    this.pool = args.pool ?? openClipPool(config);
    const { pool } = this;
    this.clips = new TrainingClips({
      entries,
      config,
      pool,
      seed: config.seed,
      purpose: 'pretraining',
      skipped,
    });
    this.microBatches = new Prefetcher({
      first: startStep * accumulate,
      end: steps * accumulate,
      ahead: config.loader.prefetch,
      make: (number) => this.makeMicroBatch(number),
    });
  }

  /** Unusable files so far, including those in prefetched batches; each was replaced by the next one. */
  get skipped(): BadFile[] {
    return this.clips.skipped;
  }

  /** Remarks on files that are used, such as those with several tracks: the first of each kind. */
  get notes(): string[] {
    return this.clips.notes;
  }

  /** Number of batches prefetched or in progress beyond those returned. */
  get batchesAhead(): number {
    return this.microBatches.size;
  }

  /**
   * The next batch; further ones are prefetched.
   *
   * @throws UserError if too many files cannot be used
   */
  async next(): Promise<ViewBatch> {
    if (this.closed) throw new Error('The loader is closed.');
    const batch = this.microBatches.next();
    if (batch !== null) return batch;
    throw new Error(`The run has ${this.args.steps} steps; there is no batch for a further one.`);
  }

  /**
   * Takes back a batch of this loader whose arrays nobody reads any more. Later batches are written into its memory, which
   * saves the system the clearing of new memory for each.
   */
  recycle({ video, audio }: ViewBatch): void {
    if (this.spare.length <= this.args.config.loader.prefetch) this.spare.push({ video, audio });
  }

  /** Stops decoding and ends all threads and processes; a pending batch fails. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (!this.args.pool) await this.pool.close();
    await this.microBatches.settled();
  }

  private async makeMicroBatch(number: number): Promise<ViewBatch> {
    const { config } = this.args;
    const { batch, accumulate } = config.training;
    const { index: rank, count: ranks } = this.args.ranks ?? { index: 0, count: 1 };
    const step = Math.floor(number / accumulate);
    const microBatch = number % accumulate;
    const clips = batch / accumulate / ranks;
    const share = { first: rank * clips, of: batch / accumulate };
    const epoch = Math.floor(step / this.stepsPerEpoch);
    const arrays = this.spare.pop() ?? batchArrays(clips, config, config.views.local, modalities);
    const { entries, skipped } = await this.clips.read({
      epoch,
      first: (step % this.stepsPerEpoch) * batch + microBatch * share.of + share.first,
      clips,
      modalities,
      clipAt: (index) => ({ kind: 'pretraining', epoch, index }),
      arrays,
    });
    return {
      step,
      microBatch,
      ...arrays,
      entries,
      ...(skipped.length > 0 && { skipped }),
      ...(ranks > 1 && { share }),
    };
  }
}

/** @throws UserError if a batch or micro-batch can't be divided evenly among the processes of a run */
export function requireEvenShares({ training: { batch, accumulate } }: XkdConfig, processes: number): void {
  if ((batch / accumulate) % processes === 0) return;
  const parts = accumulate === 1 ? '' : ` in ${accumulate} micro-batches`;
  throw new UserError(
    `training.batch is ${batch}${parts}, which cannot be divided evenly among ${processes} processes: choose a multiple of ${accumulate * processes}, or another number of processes.`,
  );
}
