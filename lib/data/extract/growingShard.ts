import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { newOwner, ownerState, ownerText, parseOwner } from '../../files/owner';
import type { Shard } from './shardPart';

/** How long a shard that is written elsewhere may stand still before it is taken over [ms]. */
export const abandonedAfterMs = 60_000;
/** How often a writer shows that it lives [ms]. */
export const heartbeatMs = 10_000;

/**
 * Who may write a shard. Until it is whole it lies under a name that tells its {@link Owner}, one for each claim; to take
 * over what a writer has left is to rename it, which only one can do.
 */
export class ShardClaims {
  /** When each file of others was last seen to grow. */
  private readonly seen = new Map<string, { modifiedMs: number; sinceMs: number }>();

  constructor(private readonly abandonedMs = abandonedAfterMs) {}

  /** Our name for a shard that grows, with what was there of it; null while it is written by another. */
  claim(shard: Shard): string | null {
    const others = growingFiles(shard).map((path) => ({ path, state: this.stateOf(shard, path) }));
    if (others.some(({ state }) => state === 'alive')) return null;
    const own =
      others.length === 0 ? begin(shard) : takeOver(shard, others[0].path, others[0].state === 'silent');
    if (own === null) return null;
    // Of those that begin at the same time, at most one sees no other.
    if (growingFiles(shard).every((path) => path === own || this.stateOf(shard, path) !== 'alive'))
      return own;
    this.release(shard, own);
    return null;
  }

  /** Lets go of a shard that is not whole: whoever comes next goes on with it. */
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
    // Other machines and containers can't be asked, and their clocks differ: what grows is alive.
    const { mtimeMs: modifiedMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    const before = this.seen.get(path);
    if (before === undefined || before.modifiedMs !== modifiedMs) {
      this.seen.set(path, { modifiedMs, sinceMs: performance.now() });
      return 'alive';
    }
    return performance.now() - before.sinceMs < this.abandonedMs ? 'alive' : 'silent';
  }
}

/** Removes what other writers of a shard left behind that is whole now. */
export function removeGrowing(shard: Shard): void {
  for (const path of growingFiles(shard)) rmSync(path, { force: true });
}

/** Whether a shard is still ours: another process may have thought us dead. */
export function isStillOurs(path: string): boolean {
  return existsSync(path);
}

/** Stands before the name of an owner that has let go. */
const free = 'free';
const ending = '.growing';

function begin(shard: Shard): string {
  const own = growingName(shard, ownerText(newOwner()));
  writeFileSync(own, '', { flag: 'wx' });
  return own;
}

/** @param copied whether the writer may go on, since it is only thought dead: its file must then be another than ours */
function takeOver(shard: Shard, path: string, copied: boolean): string | null {
  const own = growingName(shard, ownerText(newOwner()));
  // Another was faster, or the writer has just finished.
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

/** @returns false where there is no such file any more */
function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}
