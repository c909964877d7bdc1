import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Shard } from './shardPart';

/** How long a shard that another machine writes may stand still before it is taken over [ms]. */
export const abandonedAfterMs = 60_000;
/** How often a writer shows that it lives [ms]. */
export const heartbeatMs = 10_000;

/**
 * Who may write a shard. Until it is whole it lies under a name that tells its writer's machine and process; to take
 * over what a writer that ended has left is to rename it, which only one can do.
 */
export class ShardClaims {
  /** When each file of others was last seen to grow. */
  private readonly seen = new Map<string, { modifiedMs: number; sinceMs: number }>();

  constructor(private readonly abandonedMs = abandonedAfterMs) {}

  /** Our name for a shard that grows, with what was there of it; null while another process is writing it. */
  claim(shard: Shard): string | null {
    const own = ownName(shard);
    for (const other of growingFiles(shard)) {
      if (other === own) continue;
      if (this.isAlive(other)) return null;
      try {
        renameSync(other, own);
      } catch (error) {
        // Another process was faster, or the writer has just finished.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return null;
      }
    }
    return own;
  }

  private isAlive(path: string): boolean {
    const writer = /\.tar\.([^/\\]+)-(\d+)\.growing$/.exec(path);
    if (writer && writer[1] === machine && !isRunning(Number(writer[2]))) return false;
    // Numbers of processes are used again, and other machines can't be asked: what grows is alive.
    const { mtimeMs: modifiedMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: 0 };
    const before = this.seen.get(path);
    if (before === undefined || before.modifiedMs !== modifiedMs) {
      this.seen.set(path, { modifiedMs, sinceMs: performance.now() });
      return true;
    }
    return performance.now() - before.sinceMs < this.abandonedMs;
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

function growingFiles(shard: Shard): string[] {
  const prefix = `.${basename(shard.tar)}.`;
  const folder = dirname(shard.tar);
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.growing'))
    .map((name) => join(folder, name));
}

function ownName(shard: Shard): string {
  return join(dirname(shard.tar), `.${basename(shard.tar)}.${machine}-${process.pid}.growing`);
}

const machine = hostname().replace(/[^\w-]/g, '_');

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
