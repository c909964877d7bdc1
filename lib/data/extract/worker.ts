import { existsSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { UserError } from '../../errors';
import { fileError } from '../../files/fileError';
import { fingerprintEntries, originalEntry, type OriginalClip } from './entries';
import { heartbeatMs, isStillOurs } from './growingShard';
import type { Extraction } from './settings';
import { writePart, type Shard } from './shardPart';
import { scanShard } from './shardScan';
import { ShardWriter, type WrittenClip } from './shardWriter';
import type { TrackNote } from '../loader/trackNotes';
import { storeClip } from './storeClip';

/** A shard for a worker thread to write. */
export interface ShardTask {
  readonly shard: Shard;
  /** Path of the unfinished shard. */
  readonly growing: string;
  /** Its clips, in order. */
  readonly clips: readonly OriginalClip[];
  /** Folder of the original files. */
  readonly root: string;
  readonly extraction: Extraction;
  /** Socket of the host that starts ffmpeg. */
  readonly host: string;
  /** Non-zero once the work has to stop. */
  readonly stop: SharedArrayBuffer;
}

/** Outcome for a shard: `lost` if another process took it over. A `problem` is a sentence for the user. */
export type ShardOutcome = 'done' | 'stopped' | 'lost' | { readonly problem: string };

/** Progress reported by a thread. */
export interface ClipsDone {
  readonly clips: number;
  readonly seconds: number;
}

/** What a thread tells while it works: its progress, or a remark on a file. */
export type ShardNews = ClipsDone | TrackNote;

export { checkShard } from './checkShard';

/** Writes one shard, continuing after the clips already there. */
export default async function writeShard(task: ShardTask): Promise<ShardOutcome> {
  const { growing, shard } = task;
  const stop = new Int32Array(task.stop);
  const isStopped = (): boolean => Atomics.load(stop, 0) !== 0;
  const heartbeat = setInterval(() => showLife(growing), heartbeatMs);
  try {
    const clips = clipsThere(task);
    tell(clips);
    const end = clips.reduce((sum, { length }) => sum + length, 0);
    const writer = new ShardWriter(growing, task.extraction.form, end);
    try {
      for (let i = clips.length; i < task.clips.length; i++) {
        if (isStopped()) return 'stopped';
        if (!isStillOurs(growing)) return 'lost';
        const clip = task.clips[i];
        const entry = originalEntry(task.root, clip);
        const written = await storeClip(
          { position: shard.first + i, clip, entry },
          { writer, form: task.extraction.form, host: task.host, onNote: (note) => post(note) },
        );
        clips.push(written);
        tell([written]);
      }
      writer.seal();
    } finally {
      writer.close();
    }
    if (!isStillOurs(growing)) return 'lost';
    // An old description of the shard must not stand beside the new shard.
    rmSync(shard.part, { force: true });
    renameSync(growing, shard.tar);
    writePart(shard, task.extraction, clips);
    return 'done';
  } catch (thrown) {
    if (isStopped()) return 'stopped';
    const error = fileError(thrown, shard.tar, 'write');
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** Clips that an earlier process left in the shard. */
function clipsThere({ growing, shard, clips }: ShardTask): WrittenClip[] {
  if (!existsSync(growing)) return [];
  const there = scanShard(growing).clips;
  const isOurs = ({ record }: WrittenClip, i: number): boolean =>
    record.position === shard.first + i &&
    fingerprintEntries([record.clip]) === fingerprintEntries([clips[i]]);
  const foreign = there.findIndex((clip, i) => !isOurs(clip, i));
  return foreign < 0 ? [...there] : there.slice(0, foreign);
}

function tell(clips: readonly WrittenClip[]): void {
  const seconds = clips.reduce((sum, { record }) => sum + (record.durationSeconds ?? 0), 0);
  post({ clips: clips.length, seconds });
}

function post(news: ShardNews): void {
  parentPort?.postMessage(news);
}

function showLife(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Taken over or finished; detected before the next clip.
  }
}
