import { existsSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { UserError } from '../../errors';
import { FfmpegHost } from '../../media/ffmpegHost';
import type { BadFile, Dataset, StoredForm } from '../types';
import { estimateSpace, requireSpace, type SpaceEstimate } from './diskSpace';
import { extractionEntries, type OriginalClip } from './entries';
import { ShardClaims, removeGrowing } from './growingShard';
import { failures, linesOf, mergeExtraction, missingShards, type MergeSummary } from './merge';
import { openExtractionFolder, planExtraction, readExtraction, type Extraction } from './settings';
import type { ShardChoice } from './shardChoice';
import { shardsOf, type Shard } from './shardPart';
import type { ClipsDone, ShardOutcome, ShardTask } from './worker';

export interface ExtractArgs {
  readonly dataset: Dataset;
  /** Folder of the extracted form. */
  readonly out: string;
  /** Default: raw, 8 frames/s, 112 px, 16 kHz. */
  readonly form?: Partial<StoredForm>;
  readonly clipsPerShard?: number;
  /** Which part is ours, where several machines share the work. */
  readonly shard?: ShardChoice;
  /** Threads, each with one ffmpeg; default: as many as cores. */
  readonly workers?: number;
  /** Try files again that could not be used before. */
  readonly retryFailed?: boolean;
  /** Whether to check beforehand that the disk has room; default true. */
  readonly spaceCheck?: boolean;
  /** Stops the work; what is done stays, and the same call continues from there. */
  readonly signal?: AbortSignal;
  readonly onPlan?: (plan: ExtractPlan) => void;
  /** Told of clips done and their length [s], the first time with those of earlier calls. */
  readonly onProgress?: (done: ClipsDone) => void;
  /** Told of things worth a line. */
  readonly onNote?: (sentence: string) => void;
}

/** What a call has before it. */
export interface ExtractPlan extends SpaceEstimate {
  readonly extraction: Extraction;
  /** Clips of this call's shards, and how many of them lie in shards that are whole. */
  readonly clips: number;
  readonly clipsDone: number;
  /** What all shards that are not there yet will take [bytes]. */
  readonly neededBytes: number;
}

export interface ExtractSummary {
  /** Absolute path. */
  readonly folder: string;
  /** Clips of this call's shards. */
  readonly clips: number;
  /** Files among them that could not be used. */
  readonly failed: readonly BadFile[];
  /** The whole data set, if all its shards are there; else null, and how many lack. */
  readonly merged: MergeSummary | null;
  readonly shardsMissing: number;
}

export const usualForm: StoredForm = { frames: 'raw', framesPerSecond: 8, shortSide: 112, sampleRateHz: 16000 };

/**
 * Brings the files of a data set into a form from which clips are cheap to sample: decoded frames and sound in tars
 * ("shards"), each clip with checksums, and a manifest. Whole shards and whole clips of those under way are kept by a
 * later call, and the result is the same byte for byte, however often and wherever the work was cut off, and on
 * however many machines it ran.
 *
 * @throws UserError where the folder holds another extraction, can't be written, or has no room
 */
export async function extractDataset(args: ExtractArgs): Promise<ExtractSummary> {
  const { dataset, shard: choice = { index: 0, of: 1 } } = args;
  if (dataset.entries.some(({ stored }) => stored)) {
    throw new UserError(`${dataset.root} is extracted already: name the folder of the original files with --root.`);
  }
  const folder = resolve(args.out);
  // An extraction that is under way continues as it was begun.
  const clipsPerShard = args.clipsPerShard ?? readExtraction(folder)?.clipsPerShard;
  const extraction = planExtraction(dataset, { ...usualForm, ...args.form }, clipsPerShard);
  openExtractionFolder(args.out, extraction);
  const all = shardsOf(folder, extraction);
  const own = all.filter(({ index }) => index % choice.of === choice.index);
  if (args.retryFailed) forgetFailed(own, extraction);
  await announce(args, extraction, all, own);
  const clips = extractionEntries(dataset);
  await writeShards(own, { args, extraction, clips, root: dataset.root });
  const failed = own.flatMap((shard) => failures(linesOf(shard, extraction)));
  const missing = missingShards(all).length;
  return {
    folder,
    clips: own.reduce((sum, { first, end }) => sum + end - first, 0),
    failed,
    merged: missing === 0 ? mergeExtraction(folder) : null,
    shardsMissing: missing,
  };
}

interface Work {
  readonly args: ExtractArgs;
  readonly extraction: Extraction;
  readonly clips: readonly OriginalClip[];
  readonly root: string;
}

async function announce(
  args: ExtractArgs,
  extraction: Extraction,
  all: readonly Shard[],
  own: readonly Shard[],
): Promise<void> {
  const { dataset, spaceCheck = true } = args;
  const count = (shards: readonly Shard[]): number => shards.reduce((sum, { first, end }) => sum + end - first, 0);
  const missing = missingShards(all);
  const estimate =
    missing.length > 0
      ? await estimateSpace(dataset.entries, extraction.form)
      : { bytesPerClip: 0, secondsPerClip: 0 };
  const neededBytes = estimate.bytesPerClip * count(missing);
  const clips = count(own);
  args.onPlan?.({ extraction, clips, clipsDone: clips - count(missingShards(own)), neededBytes, ...estimate });
  if (spaceCheck) requireSpace(resolve(args.out), neededBytes);
}

/** Lets the threads write all shards; at the first failure or a stop they and their ffmpeg processes end. */
async function writeShards(shards: readonly Shard[], work: Work): Promise<void> {
  const { args, extraction } = work;
  const open = shards.filter((shard) => !isWhole(shard, extraction));
  if (open.length === 0) return;
  const host = new FfmpegHost();
  const threads = Math.min(args.workers ?? availableParallelism(), open.length);
  const filename = join(__dirname, 'worker.js');
  const pool = new Piscina<ShardTask, ShardOutcome>({ filename, minThreads: threads, maxThreads: threads });
  pool.on('message', (done: ClipsDone) => args.onProgress?.(done));
  const stop = new SharedArrayBuffer(4);
  let closing: Promise<void> | null = null;
  const halt = (): void => {
    Atomics.store(new Int32Array(stop), 0, 1);
    closing ??= host.close();
  };
  const claims = new ShardClaims();
  const failed: unknown[] = [];
  const write = async (shard: Shard, growing: string): Promise<boolean> => {
    const clips = work.clips.slice(shard.first, shard.end);
    const task: ShardTask = { shard, growing, clips, root: work.root, extraction, host: host.socketPath, stop };
    const outcome = await pool.run(task);
    if (typeof outcome === 'object') throw new UserError(outcome.problem);
    return outcome === 'done';
  };
  /** Those that other processes are writing. */
  const busy: Shard[] = [];
  const isStopped = (): boolean => Atomics.load(new Int32Array(stop), 0) !== 0;
  const takeShards = async (queue: Shard[]): Promise<void> => {
    for (let shard = queue.shift(); shard !== undefined && !isStopped(); shard = queue.shift()) {
      try {
        if (isWhole(shard, extraction)) continue;
        const growing = claims.claim(shard);
        if (growing === null || !(await write(shard, growing))) busy.push(shard);
        else removeGrowing(shard);
      } catch (error) {
        failed.push(error);
        halt();
      }
    }
  };
  const takeAll = async (queue: Shard[]): Promise<void> => {
    await Promise.all(Array.from({ length: threads }, () => takeShards(queue)));
  };
  args.signal?.addEventListener('abort', halt, { once: true });
  if (args.signal?.aborted) halt();
  try {
    await host.ready;
    await takeAll(open);
    if (busy.length > 0 && !isStopped()) {
      args.onNote?.(`${busy.length} shards are being written by another process: waiting for it.`);
    }
    while (busy.length > 0 && !isStopped()) {
      await wait(pollMs, undefined, { signal: args.signal }).catch(() => undefined);
      await takeAll(busy.splice(0));
    }
  } catch (error) {
    failed.push(error);
  } finally {
    args.signal?.removeEventListener('abort', halt);
    await (closing ?? host.close());
    await pool.destroy();
  }
  if (args.signal?.aborted) {
    throw new UserError('Stopped; everything so far is kept, and the same command continues from there.');
  }
  if (failed.length > 0) throw failed[0];
}

const pollMs = 2000;

/** Whether a shard is there; what describes it is written again where a process ended in between. */
function isWhole(shard: Shard, extraction: Extraction): boolean {
  if (!existsSync(shard.tar)) return false;
  linesOf(shard, extraction);
  removeGrowing(shard);
  return true;
}

/** Removes the shards that hold files which could not be used. */
function forgetFailed(shards: readonly Shard[], extraction: Extraction): void {
  for (const shard of shards) {
    if (!existsSync(shard.tar) || !statSync(shard.tar).isFile()) continue;
    if (failures(linesOf(shard, extraction)).length === 0) continue;
    rmSync(shard.part, { force: true });
    rmSync(shard.tar);
  }
}
