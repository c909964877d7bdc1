import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { InUse, UserError } from '../../errors';
import { fileError } from '../fileError';
import type { BeatData } from './lockBeat';
import { readLock, usualSilentMs, type FoundLock } from './lockFile';
import { isThisProcess, newOwner, ownerState, ownerText } from './owner';

export interface FolderLockArgs {
  readonly folder: string;
  /** Name of the lock file, which identifies the holder. */
  readonly name: string;
  /** Activity of holders, such as `is training in`. */
  readonly doing: string;
  /** Object of that activity, for messages; default: the folder. */
  readonly subject?: string;
  /**
   * True if this process may take the lock again, as a notebook does when it reopens its run. The previous
   * holder then loses it.
   */
  readonly again?: boolean;
  /** Called with a sentence when the lock has to be waited for. */
  readonly report?: (sentence: string) => void;
  /** Time without a sign of life after which a holder that cannot be queried loses the lock [ms]. */
  readonly silentMs?: number;
}

/** Interval of a holder's signs of life [ms]. */
const beatMs = 5000;
const lookMs = 250;

/**
 * Prevents two calls, processes, containers or machines from writing to one folder at the same time. A lock
 * whose process has ended is ignored: immediately if it belongs to this machine; if it belongs to another
 * machine or container, once it has shown no sign of life for a while.
 */
export class FolderLock {
  private readonly beat: Worker;

  private constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly subject: string,
  ) {
    const workerData: BeatData = { path, text, everyMs: beatMs };
    this.beat = new Worker(join(__dirname, 'lockBeat.js'), { workerData, execArgv: [] });
    this.beat.unref();
    // Without it, the lock still holds for anyone who can query this process.
    this.beat.on('error', () => undefined);
  }

  /** @throws InUse if another holder has the folder; UserError if it cannot be written to */
  static async take(args: FolderLockArgs): Promise<FolderLock> {
    const { folder, name, subject = folder } = args;
    const path = join(folder, name);
    const owner = newOwner();
    const text = `${ownerText(owner)} ${hostname()}\n`;
    // Another process may have taken the lock between the check and the write; the file then names that
    // process.
    for (let attempt = 0; attempt < 5; attempt++) {
      const found = readLock(path);
      if (found !== null && !(await givesWay(found, path, args))) continue;
      if (create(path, folder, text)) return new FolderLock(path, text, subject);
    }
    throw new UserError(`Other processes are taking "${subject}" at the same time; try again.`);
  }

  /**
   * @throws UserError if the lock was taken over, because this holder showed no sign of life or by another
   * call in this process
   */
  requireHeld(): void {
    if (readLock(this.path)?.text === this.text) return;
    throw new UserError(
      `"${this.subject}" was taken over by another call or process, or its lock "${this.path}" was removed: continue with the one that has it now, or open it again.`,
    );
  }

  /** Does nothing if another holder has the folder now. */
  release(): void {
    void this.beat.terminate();
    if (readLock(this.path)?.text === this.text) rmSync(this.path, { force: true });
  }
}

/**
 * @returns true if the lock that was found is gone now; false if it has changed meanwhile
 * @throws InUse if its holder is alive
 */
async function givesWay(found: FoundLock, path: string, args: FolderLockArgs): Promise<boolean> {
  const { owner, host, text } = found;
  const { folder, doing, subject = folder, again = false } = args;
  const state = owner ? ownerState(owner) : 'is elsewhere';
  const isOurs = again && owner !== null && isThisProcess(owner);
  if (state === 'runs' && !isOurs) {
    throw new InUse(`Process ${owner!.processId} ${doing} "${subject}" just now; wait for it or end it.`);
  }
  if (state === 'is elsewhere') {
    const life = await showsLife(found, path, args);
    if (life === 'changed') return false;
    if (life === 'alive') {
      const who = owner ? `Process ${owner.processId}` : 'A process';
      throw new InUse(
        `${who} on ${host}, or in a container there, ${doing} "${subject}" just now; wait for it or end it.`,
      );
    }
  }
  return remove(path, text);
}

async function showsLife(
  found: FoundLock,
  path: string,
  { folder, subject = folder, report, silentMs = usualSilentMs }: FolderLockArgs,
): Promise<'alive' | 'silent' | 'changed'> {
  // The clocks of machines differ, so the file's age is measured against the folder's time.
  if (folderTimeMs(folder) - found.modifiedMs > silentMs) return 'silent';
  report?.(`"${subject}" was in use on ${found.host} a moment ago: waiting for a sign of life from there.`);
  for (const startMs = performance.now(); performance.now() - startMs < silentMs; await wait(lookMs)) {
    const now = readLock(path);
    if (now?.text !== found.text) return 'changed';
    if (now.modifiedMs !== found.modifiedMs) return 'alive';
  }
  return 'silent';
}

function folderTimeMs(folder: string): number {
  const path = join(folder, `.time.${ownerText(newOwner())}.partial`);
  try {
    writeFileSync(path, '');
    return statSync(path).mtimeMs;
  } catch (error) {
    throw fileError(error, folder, 'write');
  } finally {
    rmSync(path, { force: true });
  }
}

/** Creates a lock file with its full text in one step; returns false if one exists. */
function create(path: string, folder: string, text: string): boolean {
  const whole = join(folder, `.lock.${text.split(' ')[0]}.partial`);
  try {
    writeFileSync(whole, text);
    linkSync(whole, path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) return createWithoutLinks(path, text);
    throw fileError(error, path, 'write');
  } finally {
    rmSync(whole, { force: true });
  }
}

function createWithoutLinks(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fileError(error, path, 'write');
  }
}

/** Removes this lock but no other, in case another process was faster; returns true if it was this one. */
function remove(path: string, text: string): boolean {
  const aside = `${path}.${ownerText(newOwner())}`;
  try {
    renameSync(path, aside);
    const isThis = readFileSync(aside, 'utf8') === text;
    if (!isThis) linkSync(aside, path);
    return isThis;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EEXIST') return false;
    throw fileError(error, path, 'write');
  } finally {
    rmSync(aside, { force: true });
  }
}
