import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileError } from './fileError';
import { newOwner, ownerState, ownerText, parseOwner } from './locks/owner';

const temporarySuffix = '.partial';
/** A temporary file of another machine or container is abandoned if it has not grown for this time [ms]. */
const abandonedAfterMs = 3_600_000;

/** A file being written, see {@link writeFileAtomic}. */
export interface FileUnderWay {
  append(bytes: Uint8Array): void;
  /** Overwrites bytes already written, such as a header that is known only at the end. */
  overwrite(offset: number, bytes: Uint8Array): void;
}

/** Text, bytes, chunks of bytes that are requested one by one, or a function that fills the file. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | ((file: FileUnderWay) => void);

/**
 * Writes a file completely or not at all: a temporary file in the same folder is filled, flushed to disk and
 * then renamed. Until then, and after any error or kill, an older file of that name stays unchanged.
 *
 * @throws UserError if there is no space, no permission or no folder
 */
export function writeFileAtomic(path: string, content: FileContent): void {
  let temporary: string | null = null;
  try {
    removeAbandoned(dirname(path), temporaryPrefix(path));
    temporary = temporaryPath(path);
    fill(temporary, content);
    renameSync(temporary, path);
    temporary = null;
    flushFolder(dirname(path));
  } catch (error) {
    throw fileError(error, path, 'write');
  } finally {
    if (temporary) rmSync(temporary, { force: true });
  }
}

/**
 * Like {@link writeFileAtomic}, for bytes from a stream; bytes not yet written wait in the stream.
 *
 * @throws UserError if there is no space, no permission or no folder
 */
export async function streamFileAtomic(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    removeAbandoned(dirname(path), temporaryPrefix(path));
    const file = openSync(temporary, 'w');
    try {
      for await (const chunk of chunks) writeAll(file, chunk, null);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileError(error, path, 'write');
  }
}

/**
 * Removes temporary files left in a folder by processes that were killed while writing. Files that another
 * machine is writing to the same folder are kept as long as they grow.
 */
export function removeAbandonedFiles(folder: string): void {
  removeAbandoned(folder, '.');
}

function fill(path: string, content: FileContent): void {
  const file = openSync(path, 'w');
  try {
    const underWay: FileUnderWay = {
      append: (bytes) => writeAll(file, bytes, null),
      overwrite: (offset, bytes) => writeAll(file, bytes, offset),
    };
    if (typeof content === 'string') underWay.append(Buffer.from(content, 'utf8'));
    else if (content instanceof Uint8Array) underWay.append(content);
    else if (typeof content === 'function') content(underWay);
    else for (const chunk of content) underWay.append(chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** One system call takes less than 2 GB and may write less than it was given. */
function writeAll(file: number, bytes: Uint8Array, offset: number | null): void {
  for (let at = 0; at < bytes.byteLength;) {
    const block = Math.min(bytes.byteLength - at, 2 ** 30);
    at += writeSync(file, bytes, at, block, offset === null ? null : offset + at);
  }
}

/** Makes the rename itself survive a power cut; file systems that cannot flush a folder do not need it. */
function flushFolder(folder: string): void {
  let file: number | null = null;
  try {
    file = openSync(folder, 'r');
    fsyncSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EINVAL', 'EISDIR', 'EPERM', 'EACCES', 'ENOTSUP'].includes(code)) throw error;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function removeAbandoned(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith(temporarySuffix)) continue;
    const stem = name.slice(0, -temporarySuffix.length);
    const owner = parseOwner(stem.slice(stem.lastIndexOf('.') + 1));
    if (!owner) continue;
    const path = join(folder, name);
    const state = ownerState(owner);
    if (state === 'has ended' || (state === 'is elsewhere' && isOld(path))) rmSync(path, { force: true });
  }
}

/** Unique to this call, so that no other call, thread, process or container writes to it. */
function temporaryPath(path: string): string {
  return join(dirname(path), `${temporaryPrefix(path)}${ownerText(newOwner())}${temporarySuffix}`);
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.`;
}

function isOld(path: string): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
  return Date.now() - mtimeMs > abandonedAfterMs;
}
