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

export const usualForm: StoredForm = {
  frames: 'raw',
  framesPerSecond: 8,
  shortSide: 112,
  sampleRateHz: 16000,
};

/**
 * Brings the files of a data set into a form from which clips are cheap to sample: decoded frames and sound in tars
 * ("shards"), each clip with checksums, and a manifest. A later call keeps whole shards that are as their SHA-256 say, and
 * whole clips of those under way; the result is the same byte for byte, however often and wherever the work was cut
 * off, and on however many machines it ran.
 *
 * @throws UserError where the folder holds another extraction, can't be written, or has no room
 */
export async function extractDataset(args: ExtractArgs): Promise<ExtractSummary> {
  const { dataset, shard: choice = { index: 0, of: 1 } } = args;
  if (dataset.entries.some(({ stored }) => stored)) {
    throw new UserError(
      `${dataset.root} is extracted already: name the folder of the original files with --data.`,
    );
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

/** Removes the shards that hold files which could not be used. */
function forgetFailed(shards: readonly Shard[], extraction: Extraction): void {
  for (const shard of shards) {
    if (!existsSync(shard.tar) || !statSync(shard.tar).isFile()) continue;
    const lines = readPart(shard, extraction);
    // One that is not described is looked at, and where necessary made anew, with all others.
    if (typeof lines === 'string' || failures(lines).length === 0) continue;
    rmSync(shard.part, { force: true });
    rmSync(shard.tar);
  }
}
