import fs from 'node:fs';
import path from 'node:path';
import { root } from '../setup/paths.mjs';

/** The scripts of package.json whose words may be paths. */
const withPaths = ['start', 'xkd', 'ablate', 'bench', 'notebooks'];

/**
 * The folder in which the user stands, to which paths on the command line are relative. npm runs a script in the project's
 * folder, also when it was asked from another one (with --prefix) or from one below; in INIT_CWD it tells from which.
 */
export function userFolder(env = process.env, cwd = process.cwd()) {
  const { npm_lifecycle_event: script, npm_package_json: file, INIT_CWD: from } = env;
  const isOurs =
    withPaths.includes(script) && file !== undefined && isSame(path.dirname(file), root) && isSame(cwd, root);
  return isOurs && from && isFolder(from) ? from : cwd;
}

/** Lets all that follows, and what it starts, run where the user stands. */
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
