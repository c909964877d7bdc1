import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Piscina } from 'piscina';
import { UserError } from '../../errors';
import { FfmpegHost } from '../../media/ffmpeg/ffmpegHost';
import type { TrackNote } from '../loader/trackNotes';
import type { CheckOutcome, CheckTask } from './checkShard';
import type { OriginalClip } from './entries';
import { ShardClaims, removeGrowing } from './growingShard';
import type { Extraction } from './settings';
import type { Shard } from './shardPart';
import type { ClipsDone, ShardNews, ShardOutcome, ShardTask } from './worker';

export interface WriteShardsArgs {
  readonly shards: readonly Shard[];
  readonly extraction: Extraction;
  /** All clips of the data set, in order. */
  readonly clips: readonly OriginalClip[];
  /** Folder of the original files. */
  readonly root: string;
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: ClipsDone) => void;
  readonly onNote?: (sentence: string) => void;
}

/**
 * Has worker threads write all shards that are missing or do not match their description. At the first
 * failure or a stop, the threads and their ffmpeg processes end.
 *
 * @throws UserError
 */
export async function writeShards(args: WriteShardsArgs): Promise<void> {
  const writing = new ShardWriting(args);
  try {
    await writing.run();
  } catch (error) {
    if (!args.signal?.aborted) throw error;
  } finally {
    await writing.close();
  }
  if (args.signal?.aborted) {
    throw new UserError('Stopped; everything so far is kept, and the same command continues from there.');
  }
}

/** Longest interval between checks whether another process has finished a shard [ms]. */
const pollMs = 2000;

class ShardWriting {
  private readonly host = new FfmpegHost();
  private readonly pool: Piscina;
  private readonly claims = new ShardClaims();
  /** Non-zero once the work has to stop. */
  private readonly stop = new SharedArrayBuffer(4);
  private readonly failures: unknown[] = [];
  private readonly threads: number;
  private readonly noted = new Set<TrackNote['kind']>();
  private closing: Promise<void> | null = null;

  constructor(private readonly args: WriteShardsArgs) {
    this.threads = Math.min(args.workers, args.shards.length);
    const filename = join(__dirname, 'worker.js');
    this.pool = new Piscina({ filename, minThreads: this.threads, maxThreads: this.threads });
    this.pool.on('message', (news: ShardNews) => {
      if ('clips' in news) args.onProgress?.(news);
      else this.note(news);
    });
  }

  async run(): Promise<void> {
    const { shards, signal, onNote } = this.args;
    const halt = (): void => this.halt();
    signal?.addEventListener('abort', halt, { once: true });
    if (signal?.aborted) halt();
    try {
      await this.host.ready;
      let busy = await this.takeAll(shards);
      if (busy.length > 0 && !this.stopped) {
        onNote?.(`${busy.length} shards are being written by another process: waiting for it.`);
      }
      while (busy.length > 0 && !this.stopped) {
        await wait(randomInt(pollMs / 2, pollMs), undefined, { signal }).catch(() => undefined);
        busy = await this.takeAll(busy);
      }
    } finally {
      signal?.removeEventListener('abort', halt);
    }
    if (this.failures.length > 0) throw this.failures[0];
  }

  async close(): Promise<void> {
    await (this.closing ?? this.host.close());
    await this.pool.destroy();
  }

  /** Remarks on files: the first of each kind. */
  private note({ kind, sentence }: TrackNote): void {
    if (this.noted.has(kind)) return;
    this.noted.add(kind);
    this.args.onNote?.(sentence);
  }

  private get stopped(): boolean {
    return Atomics.load(new Int32Array(this.stop), 0) !== 0;
  }

  private halt(): void {
    Atomics.store(new Int32Array(this.stop), 0, 1);
    this.closing ??= this.host.close();
  }

  /** @returns the shards that other processes are writing */
  private async takeAll(shards: readonly Shard[]): Promise<Shard[]> {
    const queue = [...shards];
    const busy: Shard[] = [];
    const takeShards = async (): Promise<void> => {
      for (let shard = queue.shift(); shard !== undefined && !this.stopped; shard = queue.shift()) {
        try {
          if (!(await this.take(shard))) busy.push(shard);
        } catch (error) {
          this.failures.push(error);
          this.halt();
        }
      }
    };
    await Promise.all(Array.from({ length: this.threads }, takeShards));
    return busy;
  }

  /** @returns true if the shard exists now */
  private async take(shard: Shard): Promise<boolean> {
    if ((await this.check(shard)) === 'right') {
      removeGrowing(shard);
      return true;
    }
    const growing = this.claims.claim(shard);
    if (growing === null) return false;
    try {
      // Checked again now that nobody else writes it: another process may have finished it meanwhile.
      const found = await this.check(shard);
      if (found === 'wrong') this.discard(shard);
      if (found !== 'right' && !(await this.write(shard, growing))) return false;
    } finally {
      this.claims.release(shard, growing);
    }
    removeGrowing(shard);
    return true;
  }

  private async check(shard: Shard): Promise<CheckOutcome> {
    const task: CheckTask = { shard, extraction: this.args.extraction };
    const outcome = (await this.pool.run(task, { name: 'checkShard' })) as CheckOutcome;
    if (typeof outcome === 'object') throw new UserError(outcome.problem);
    return outcome;
  }

  private discard(shard: Shard): void {
    rmSync(shard.part, { force: true });
    rmSync(shard.tar, { force: true });
    this.args.onProgress?.({ clips: shard.first - shard.end, seconds: 0 });
    this.args.onNote?.(`The shard ${basename(shard.tar)} differs from its SHA-256: it is made again.`);
  }

  private async write(shard: Shard, growing: string): Promise<boolean> {
    const { extraction, root } = this.args;
    const clips = this.args.clips.slice(shard.first, shard.end);
    const task: ShardTask = {
      shard,
      growing,
      clips,
      root,
      extraction,
      host: this.host.socketPath,
      stop: this.stop,
    };
    const outcome = (await this.pool.run(task)) as ShardOutcome;
    if (typeof outcome === 'object') throw new UserError(outcome.problem);
    return outcome === 'done';
  }
}
