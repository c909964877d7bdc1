import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileError } from './fileError';
import { lookAt } from './folder';

/**
 * Checks before long work, whose result would otherwise be lost, that a folder can be written to, or created
 * if it does not exist. Creates nothing.
 *
 * @throws UserError
 */
export function requireWritableFolder(folder: string): void {
  let path = resolve(folder);
  let found = lookAt(path);
  for (; found === null; found = lookAt(path)) path = dirname(path);
  if (!found.isDirectory()) throw fileError({ code: 'EEXIST' }, path, 'write');
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw fileError(error, path, 'write');
  }
}
