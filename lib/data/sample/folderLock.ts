import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors';

/** Keeps two processes from making the same set at once. A lock whose process has ended counts for nothing. */
export class FolderLock {
  private constructor(private readonly path: string) {}

  /** @throws UserError if another process holds the folder */
  static take(folder: string): FolderLock {
    const path = join(folder, 'maker.pid');
    const holder = readHolder(path);
    if (holder !== null && isRunning(holder)) {
      throw new UserError(`Process ${holder} is making "${folder}" just now; wait for it or end it.`);
    }
    rmSync(path, { force: true });
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return new FolderLock(path);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function readHolder(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
