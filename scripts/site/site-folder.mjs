import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../process/make-folder.mjs';

/** Lists the files of the site in its folder: only those are ever replaced or removed. */
const listName = 'site-files.json';

/**
 * Opens a folder for a site and makes it if it is missing.
 *
 * @throws Error with one sentence if it can't be made, or is neither empty nor a site's
 */
export function openSiteFolder(path) {
  makeFolder(path);
  const list = join(path, listName);
  if (!existsSync(list) && readdirSync(path).length > 0)
    throw new Error(`${path} has files that are not a site's: choose another folder, or an empty one.`);
  return { path, write: (files) => writeSite(path, files) };
}

/** Replaces the files of an earlier site by these, which are texts or bytes by their relative paths. */
function writeSite(folder, files) {
  const list = join(folder, listName);
  const before = existsSync(list) ? listedFiles(list) : [];
  const foreign = [...files.keys()].find((name) => !before.includes(name) && existsSync(join(folder, name)));
  if (foreign)
    throw new Error(`${join(folder, foreign)} is not a site's: move it away, or choose another folder.`);
  // Of both sites, until the new one is complete: then nothing is left behind by a run that was interrupted.
  writeFileSync(list, JSON.stringify([...new Set([...before, ...files.keys()])]));
  for (const [name, content] of files) {
    makeFolder(dirname(join(folder, name)));
    writeFileSync(join(folder, name), content);
  }
  for (const name of before.filter((each) => !files.has(each))) remove(folder, name);
  writeFileSync(list, JSON.stringify([...files.keys()], null, 1));
}

function listedFiles(list) {
  try {
    return JSON.parse(readFileSync(list, 'utf8'));
  } catch (cause) {
    throw new Error(`${list} is damaged: remove ${dirname(list)}, or choose another folder.`, { cause });
  }
}

/** Removes a file, and the folders that it leaves empty. */
function remove(folder, name) {
  rmSync(join(folder, name), { force: true });
  for (let at = dirname(name); at !== '.'; at = dirname(at)) {
    if (!existsSync(join(folder, at)) || readdirSync(join(folder, at)).length > 0) return;
    rmdirSync(join(folder, at));
  }
}
