import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileError } from './fileError';

const temporarySuffix = '.partial';

/**
 * Writes a file that is either wholly there or not at all: a temporary file in the same folder is filled,
 * flushed to the disk and then takes the name. Until then, and after any error or kill, an older file of
 * that name stays as it was.
 *
 * @param content text, bytes, or chunks of bytes that are asked for one after the other
 * @throws UserError where there is no space, no permission or no folder
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  let temporary: string | null = null;
  try {
    removeAbandoned(path);
    temporary = temporaryPath(path, process.pid);
    fill(temporary, chunksOf(content));
    renameSync(temporary, path);
    temporary = null;
    flushFolder(dirname(path));
  } catch (error) {
    throw fileError(error, path, 'write');
  } finally {
    if (temporary) rmSync(temporary, { force: true });
  }
}

function fill(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.byteLength;) at += writeSync(file, chunk, at, blockLength(chunk, at));
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** One system call takes less than 2 GB. */
function blockLength(chunk: Uint8Array, at: number): number {
  return Math.min(chunk.byteLength - at, 2 ** 30);
}

function chunksOf(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content, 'utf8')];
  return content instanceof Uint8Array ? [content] : content;
}

/** Makes the new name itself outlive a power cut; file systems that can't flush a folder don't need it. */
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

/** Removes what processes of this machine left behind when they were killed while writing this file. */
function removeAbandoned(path: string): void {
  const prefix = temporaryPrefix(path);
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix) || !name.endsWith(temporarySuffix)) continue;
    const processId = Number(name.slice(prefix.length, -temporarySuffix.length));
    if (!isAlive(processId)) rmSync(join(dirname(path), name), { force: true });
  }
}

function temporaryPath(path: string, processId: number): string {
  return join(dirname(path), `${temporaryPrefix(path)}${processId}${temporarySuffix}`);
}

function temporaryPrefix(path: string): string {
  return `.${basename(path)}.${hostname()}-`;
}

function isAlive(processId: number): boolean {
  if (!Number.isInteger(processId) || processId <= 0) return true;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
