import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { fileError } from './fileError';

export interface FolderLockArgs {
  readonly folder: string;
  /** Name of the file that holds the process's number. */
  readonly name: string;
  /** What holders do with the folder, such as `is training in`. */
  readonly doing: string;
  /** Whether this process may take it again, as a notebook does that opens its run again. */
  readonly again?: boolean;
}

/**
 * Keeps two processes from writing to one folder at once. A lock whose process has ended counts for nothing.
 */
export class FolderLock {
  private constructor(private readonly path: string) {}

  /** @throws UserError if another process holds the folder, or it cannot be written to */
  static take({ folder, name, doing, again = false }: FolderLockArgs): FolderLock {
    const path = join(folder, name);
    // Between looking and writing another process may have been as quick: then its number stands there.
    for (let attempt = 0; attempt < 3; attempt++) {
      const holder = readHolder(path);
      if (holder !== null && isRunning(holder) && !(again && holder === process.pid)) {
        throw new UserError(
          `Process ${holder} ${doing} "${folder}" just now; wait for it or end it. (Should it be another program by now, remove "${path}".)`,
        );
      }
      try {
        rmSync(path, { force: true });
        writeFileSync(path, String(process.pid), { flag: 'wx' });
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(error, path, 'write');
      }
    }
    throw new UserError(`Other processes are taking "${folder}" at the same time; try again.`);
  }

  /** Nothing happens where another process has the folder now. */
  release(): void {
    if (readHolder(this.path) === process.pid) rmSync(this.path, { force: true });
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
