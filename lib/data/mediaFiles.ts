import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { fileError } from '../files/fileError';

/** A file that was found below a folder. */
export interface MediaFile {
  readonly path: string;
  /** Names of the folders that lead to it, from below the folder that was searched. */
  readonly folders: readonly string[];
  /** Its name without the ending. */
  readonly stem: string;
}

/**
 * Finds files with certain endings, in whatever case, in a folder and all below it, also through links. Hidden ones
 * are left out, such as the `._` files that macOS writes beside others.
 *
 * @returns sorted by path
 * @throws UserError if a folder may not be read
 */
export function findMedia(folder: string, extensions: readonly string[]): MediaFile[] {
  const wanted = new Set(extensions);
  const found: MediaFile[] = [];
  const search = (directory: string, folders: readonly string[], above: readonly string[]): void => {
    for (const entry of readFolder(directory)) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = join(directory, entry.name);
      const extension = extname(entry.name);
      if (wanted.has(extension.toLowerCase()) && !entry.isDirectory()) {
        found.push({ path, folders, stem: basename(entry.name, extension) });
      } else if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path))) {
        const real = entry.isSymbolicLink() ? realpathSync(path) : path;
        // A link to a folder above it would lead round and round.
        if (!above.includes(real)) search(path, [...folders, entry.name], [...above, real]);
      }
    }
  };
  search(folder, [], [realpathSync(folder)]);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A name by which files are compared: systems differ in how they write accents and in upper and lower case. */
export function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** A path below a folder as messages and lists show it. */
export function shortPath(root: string, path: string): string {
  const below = relative(root, path);
  return below.startsWith('..') ? path : below.split(sep).join('/');
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw fileError(error, folder, 'read');
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
