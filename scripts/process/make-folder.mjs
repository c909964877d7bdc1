import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it. One by one: Node's `recursive` never returns where the system refuses a folder as
 * missing, such as below /proc.
 *
 * @throws Error with one sentence if it can't be made
 */
export function makeFolder(folder) {
  const missing = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.unshift(at);
  try {
    for (const each of missing) mkdirSync(each);
    readdirSync(folder);
  } catch (cause) {
    throw new Error(`${folder} can't be made or read as a folder (${cause.code}): choose another place.`, {
      cause,
    });
  }
}
