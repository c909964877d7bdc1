import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A path with `/` between names: lists that were written on Windows have backslashes there. */
export function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

/** A path as a list has it, relative to a folder. On systems where names may hold backslashes, such a file counts first. */
export function listedPath(folder: string, path: string): string {
  return !path.includes('\\') || existsSync(resolve(folder, path)) ? path : withSlashes(path);
}
