import { existsSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../../errors';
import type { BadFile, Dataset, StoredForm } from '../types';
import { estimateSpace, requireSpace, type SpaceEstimate } from './diskSpace';
import { extractionEntries } from './entries';
import { failures, linesOf, mergeExtraction, missingShards, type MergeSummary } from './merge';
import { openExtractionFolder, planExtraction, readExtraction, type Extraction } from './settings';
import type { ShardChoice } from './shardChoice';
import { readPart, shardsOf, type Shard } from './shardPart';
import type { ClipsDone } from './worker';
import { writeShards } from './writeShards';

export interface ExtractArgs {
  readonly dataset: Dataset;
  /** Folder of the extracted set. */
  readonly out: string;
  /** Default: raw, 8 frames/s, 112 px, 16 kHz. */
  readonly form?: Partial<StoredForm>;
  readonly clipsPerShard?: number;
  /** This machine's share, if several machines share the work. */
  readonly shard?: ShardChoice;
  /** Worker threads, each with one ffmpeg; default: the number of cores. */
  readonly workers?: number;
  /** Retry files that could not be used before. */
  readonly retryFailed?: boolean;
  /** Whether to check for enough disk space beforehand; default true. */
  readonly spaceCheck?: boolean;
  /** Stops the work; finished parts are kept, and the same call continues from there. */
  readonly signal?: AbortSignal;
  readonly onPlan?: (plan: ExtractPlan) => void;
  /**
   * Called with the number and total length [s] of finished clips; the first time with those of earlier
   * calls.
   */
  readonly onProgress?: (done: ClipsDone) => void;
  /** Called with sentences worth showing to the user. */
  readonly onNote?: (sentence: string) => void;
}

/** Work that a call has to do. */
export interface ExtractPlan extends SpaceEstimate {
  readonly extraction: Extraction;
  /** Clips of this call's shards, and how many of them lie in complete shards. */
  readonly clips: number;
  readonly clipsDone: number;
  /** Size of all shards that do not exist yet [bytes]. */
  readonly neededBytes: number;
}

export interface ExtractSummary {
  /** Absolute path. */
  readonly folder: string;
  /** Clips of this call's shards. */
  readonly clips: number;
  /** Unusable files among them. */
  readonly failed: readonly BadFile[];
  /**
   * Summary of the whole data set if all its shards exist; otherwise null and the number of missing shards.
   */
  readonly merged: MergeSummary | null;
  readonly shardsMissing: number;
}

export const usualForm: StoredForm = {
  frames: 'raw',
  framesPerSecond: 8,
  shortSide: 112,
  sampleRateHz: 16000,
};

/**
 * Converts the files of a data set to a form from which clips are cheap to sample: decoded frames and sound
 * in tars ("shards"), each clip with checksums, and a manifest. A later call keeps complete shards that match
 * their SHA-256, and complete clips of unfinished shards. The result is identical byte for byte, however
 * often and wherever the work was interrupted, and on however many machines it ran.
 *
 * @throws UserError if the folder holds another extraction, cannot be written, or has too little space
 */
export async function extractDataset(args: ExtractArgs): Promise<ExtractSummary> {
  const { dataset, shard: choice = { index: 0, of: 1 } } = args;
  if (dataset.entries.some(({ stored }) => stored)) {
    throw new UserError(
      `${dataset.root} is extracted already: name the folder of the original files with --data.`,
    );
  }
  const folder = resolve(args.out);
  // An unfinished extraction continues with its original settings.
  const clipsPerShard = args.clipsPerShard ?? readExtraction(folder)?.clipsPerShard;
  const extraction = planExtraction(dataset, { ...usualForm, ...args.form }, clipsPerShard);
  openExtractionFolder(args.out, extraction);
  const all = shardsOf(folder, extraction);
  const own = all.filter(({ index }) => index % choice.of === choice.index);
  if (args.retryFailed) forgetFailed(own, extraction);
  await announce(args, extraction, all, own);
  const { workers = availableParallelism(), signal, onProgress, onNote } = args;
  const clips = extractionEntries(dataset);
  await writeShards({
    shards: own,
    extraction,
    clips,
    root: dataset.root,
    workers,
    signal,
    onProgress,
    onNote,
  });
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

async function announce(
  args: ExtractArgs,
  extraction: Extraction,
  all: readonly Shard[],
  own: readonly Shard[],
): Promise<void> {
  const { dataset, spaceCheck = true } = args;
  const count = (shards: readonly Shard[]): number =>
    shards.reduce((sum, { first, end }) => sum + end - first, 0);
  const missing = missingShards(all);
  const estimate =
    missing.length > 0
      ? await estimateSpace(dataset.entries, extraction.form)
      : { bytesPerClip: 0, secondsPerClip: 0 };
  const neededBytes = estimate.bytesPerClip * count(missing);
  const clips = count(own);
  args.onPlan?.({
    extraction,
    clips,
    clipsDone: clips - count(missingShards(own)),
    neededBytes,
    ...estimate,
  });
  if (spaceCheck) requireSpace(resolve(args.out), neededBytes);
}

/** Removes the shards with files that could not be used. */
function forgetFailed(shards: readonly Shard[], extraction: Extraction): void {
  for (const shard of shards) {
    if (!existsSync(shard.tar) || !statSync(shard.tar).isFile()) continue;
    const lines = readPart(shard, extraction);
    // A shard without a description is checked with all the others, and remade if necessary.
    if (typeof lines === 'string' || failures(lines).length === 0) continue;
    rmSync(shard.part, { force: true });
    rmSync(shard.tar);
  }
}
