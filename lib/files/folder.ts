import { mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../errors';
import { fileError } from './fileError';

/**
 * Stats of a path; null if nothing exists there. Unlike `existsSync`, it does not treat an unreadable folder
 * or a failing disk as a missing path.
 *
 * @throws UserError if that cannot be determined
 */
export function lookAt(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw fileError(error, path, 'read');
  }
}

/**
 * Creates a folder and its parents; an existing folder is kept unchanged. Node's recursive mkdir reports a
 * read-only or full disk as a missing folder, and never returns on file systems such as /proc.
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
