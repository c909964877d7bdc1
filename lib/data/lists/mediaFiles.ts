import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { fileError } from '../../files/fileError';
import { isTransportStream, kindByHead } from './mediaHeads';
import { audioExtensions, foreignExtensions, sharedExtensions, videoExtensions } from './mediaNames';

/** A file found below a folder. */
export interface MediaFile {
  readonly path: string;
  /** Names of the folders that lead to it, starting below the searched folder. */
  readonly folders: readonly string[];
  /** Its name without the extension. */
  readonly stem: string;
}

/** Contents of a folder, sorted by path. */
export interface FolderSearch {
  /** Files with the requested extensions, or with uninformative extensions and matching content. */
  readonly files: readonly MediaFile[];
  /** Paths of all other files. */
  readonly others: readonly string[];
}

/** The files with the given extensions that {@link searchMedia} finds. */
export function findMedia(folder: string, extensions: readonly string[]): readonly MediaFile[] {
  return searchMedia(folder, extensions).files;
}

/**
 * Finds files with certain extensions, ignoring case, in a folder and everything below it, following links.
 * Files with an uninformative extension (or none) are included if their first bytes match. Hidden files are
 * skipped, such as the `._` files that macOS writes beside others.
 *
 * @throws UserError if a folder may not be read
 */
export function searchMedia(folder: string, extensions: readonly string[]): FolderSearch {
  const wanted = new Set(extensions);
  const found: MediaFile[] = [];
  const others: string[] = [];
  const search = (directory: string, folders: readonly string[], above: readonly string[]): void => {
    for (const entry of readFolder(directory)) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = join(directory, entry.name);
      const extension = extname(entry.name);
      if (wanted.has(extension.toLowerCase()) && !entry.isDirectory()) {
        const isOther = sharedExtensions.includes(extension.toLowerCase()) && !isTransportStream(path);
        if (isOther) others.push(path);
        else found.push({ path, folders, stem: basename(entry.name, extension) });
      } else if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path))) {
        const real = entry.isSymbolicLink() ? realpathSync(path) : path;
        // A link to a folder above it would cause an endless loop.
        if (!above.includes(real)) search(path, [...folders, entry.name], [...above, real]);
      } else if (isFile(entry, path) && isOfKind(path, extension, wanted)) {
        found.push({ path, folders, stem: basename(entry.name, extension) });
      } else {
        others.push(path);
      }
    }
  };
  search(folder, [], [realpathSync(folder)]);
  return { files: found.sort((a, b) => (a.path < b.path ? -1 : 1)), others: others.sort() };
}

/**
 * Normalised name for comparing files: systems differ in how they write accents and in upper and lower case.
 */
export function comparable(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Path relative to a folder, for messages and lists. */
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

/** True if a file with another extension begins like the files searched for. */
function isOfKind(path: string, extension: string, wanted: ReadonlySet<string>): boolean {
  const ending = extension.toLowerCase();
  if (foreignExtensions.has(ending) || videoExtensions.includes(ending) || audioExtensions.includes(ending))
    return false;
  const kind = kindByHead(path);
  return kind !== null && wanted.has(kind === 'video' ? videoExtensions[0] : audioExtensions[0]);
}

/** Opening anything else, such as a pipe, may block forever. */
function isFile(entry: Dirent, path: string): boolean {
  return (
    entry.isFile() ||
    (entry.isSymbolicLink() && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false))
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
