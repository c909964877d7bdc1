import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A path with `/` as separator; lists written on Windows use backslashes. */
export function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}

/**
 * A path from a list, relative to a folder. On systems where names may contain backslashes, a file of that
 * literal name takes precedence.
 */
export function listedPath(folder: string, path: string): string {
  return !path.includes('\\') || existsSync(resolve(folder, path)) ? path : withSlashes(path);
}
