import fs from 'node:fs';
import path from 'node:path';
import { root } from '../setup/paths.mjs';

/** The scripts of package.json whose arguments may be paths. */
const withPaths = ['start', 'xkd', 'ablate', 'bench', 'notebooks', 'site'];

/**
 * The user's working folder, to which paths on the command line are relative. npm runs a script in the project's
 * folder, even if it was called from another one (with --prefix) or from a subfolder; INIT_CWD holds the original
 * folder.
 */
export function userFolder(env = process.env, cwd = process.cwd()) {
  const { npm_lifecycle_event: script, npm_package_json: file, INIT_CWD: from } = env;
  const isOurs =
    withPaths.includes(script) && file !== undefined && isSame(path.dirname(file), root) && isSame(cwd, root);
  return isOurs && from && isFolder(from) ? from : cwd;
}

/** Makes the user's folder the working folder of this process and of those it starts. */
export function goToUser() {
  process.chdir(userFolder());
}

function isSame(one, other) {
  try {
    return fs.realpathSync(one) === fs.realpathSync(other);
  } catch {
    return false;
  }
}

function isFolder(folder) {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
