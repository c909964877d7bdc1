import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { newOwner, ownerState, ownerText, parseOwner } from '../../files/locks/owner';
import type { Shard } from './shardPart';

/** A shard written elsewhere is taken over after it has not grown for this time [ms]. */
export const abandonedAfterMs = 60_000;
/** Interval of a writer's signs of life [ms]. */
export const heartbeatMs = 10_000;

/**
 * Claims on the right to write a shard. Until it is complete, a shard has a name that contains its
 * {@link Owner}, a different one for each claim. An abandoned shard is taken over by renaming it, which only
 * one process can do.
 */
export class ShardClaims {
  /** Last observed growth of each file of other owners. */
  private readonly seen = new Map<string, { modifiedMs: number; sinceMs: number }>();

  constructor(private readonly abandonedMs = abandonedAfterMs) {}

  /**
   * Name of this owner's file for a shard, which holds whatever was already written of it; null while another
   * process writes it.
   */
  claim(shard: Shard): string | null {
    const others = growingFiles(shard).map((path) => ({ path, state: this.stateOf(shard, path) }));
    if (others.some(({ state }) => state === 'alive')) return null;
    const own =
      others.length === 0 ? begin(shard) : takeOver(shard, others[0].path, others[0].state === 'silent');
    if (own === null) return null;
    // Of several processes that begin at the same time, at most one sees no other.
    if (growingFiles(shard).every((path) => path === own || this.stateOf(shard, path) !== 'alive'))
      return own;
    this.release(shard, own);
    return null;
  }

  /** Releases an incomplete shard, so that the next process continues it. */
  release(shard: Shard, own: string): void {
    if (statSync(own, { throwIfNoEntry: false })?.size === 0) rmSync(own, { force: true });
    else rename(own, growingName(shard, `${free}-${ownerOf(shard, own)}`));
  }

  private stateOf(shard: Shard, path: string): 'alive' | 'silent' | 'dead' {
    const text = ownerOf(shard, path);
    if (text.startsWith(`${free}-`)) return 'dead';
    const owner = parseOwner(text);
    const state = owner ? ownerState(owner) : 'is elsewhere';
    if (state === 'has ended') return 'dead';
    if (state === 'runs') return 'alive';
    // Other machines and containers cannot be queried, and their clocks differ: a file that grows has a live
    // writer.
    const { mtimeMs: modifiedMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    const before = this.seen.get(path);
    if (before === undefined || before.modifiedMs !== modifiedMs) {
      this.seen.set(path, { modifiedMs, sinceMs: performance.now() });
      return 'alive';
    }
    return performance.now() - before.sinceMs < this.abandonedMs ? 'alive' : 'silent';
  }
}

/** Removes what other writers left of a shard that is now complete. */
export function removeGrowing(shard: Shard): void {
  for (const path of growingFiles(shard)) rmSync(path, { force: true });
}

/** True if this process still owns a shard; another process may have considered it dead. */
export function isStillOurs(path: string): boolean {
  return existsSync(path);
}

/** Prefix of an owner's name after release. */
const free = 'free';
const ending = '.growing';

function begin(shard: Shard): string {
  const own = growingName(shard, ownerText(newOwner()));
  writeFileSync(own, '', { flag: 'wx' });
  return own;
}

/**
 * @param copied true if the writer may only seem dead and might continue: its file must then differ from the
 * new one
 */
function takeOver(shard: Shard, path: string, copied: boolean): string | null {
  const own = growingName(shard, ownerText(newOwner()));
  // Another process was faster, or the writer has just finished.
  if (!rename(path, own)) return null;
  if (!copied) return own;
  const copy = growingName(shard, ownerText(newOwner()));
  copyFileSync(own, copy);
  rmSync(own);
  return copy;
}

function growingFiles(shard: Shard): string[] {
  const prefix = `.${basename(shard.tar)}.`;
  const folder = dirname(shard.tar);
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith(ending))
    .map((name) => join(folder, name));
}

function growingName(shard: Shard, owner: string): string {
  return join(dirname(shard.tar), `.${basename(shard.tar)}.${owner}${ending}`);
}

function ownerOf(shard: Shard, path: string): string {
  return basename(path).slice(basename(shard.tar).length + 2, -ending.length);
}

/** @returns false if the file no longer exists */
function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}
