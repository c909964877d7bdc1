import { mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../errors';
import { fileError } from './fileError';

/**
 * What lies at a path; null where nothing does. Unlike `existsSync`, it takes only a path that leads nowhere for one, and
 * not a folder that may not be read or a disk that fails.
 *
 * @throws UserError where that cannot be told
 */
export function lookAt(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}

/**
 * Makes a folder and those above it; one that is there is left as it is. Node's recursive mkdir calls a read-only or a
 * full disk a missing folder, and does not return at all on file systems such as /proc.
 *
 * @throws UserError
 */
export function makeFolder(folder: string): void {
  try {
    make(resolve(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UserError(`The file system takes no folder "${folder}"; choose another place.`);
    throw fileError(error, folder, 'write');
  }
}

function make(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (isFolder(folder)) return;
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isFolder(above)) throw error;
    make(above);
    make(folder);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
