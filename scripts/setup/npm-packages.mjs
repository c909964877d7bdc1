import fs from 'node:fs';
import path from 'node:path';
import { execute, whileRunning } from './execute.mjs';
import { explainFailure, SetupError } from './failure.mjs';
import { fingerprint, readJson, readText, writeFileWhole } from './files.mjs';
import { lockFile, nodeModules, root } from './paths.mjs';

const stamp = path.join(nodeModules, '.xkd-stamp');

/** npm packages, exactly those of package-lock.json, installed without running their install scripts. */
export const npmPackages = {
  title: 'npm packages',
  isDone: () => readText(stamp) === stampText(),
  async run(line) {
    const wanted = stampText();
    const expected = topLevelPackages();
    // npm writes its own list last, so a complete installation that matches the lock file is left as it is.
    if (packagesOutOfStep().length === 0) return finish(line, wanted, expected);
    const look = () =>
      line.update(countPackages() / expected.length, `${expected.length} packages from package-lock.json`);
    const npm = npmCommand();
    const work = execute(npm[0], [
      ...npm.slice(1),
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
    const { code, output } = await whileRunning(work, look);
    if (code === 127)
      throw new SetupError('npm was not found: install Node with its npm and run the command again.');
    if (code !== 0) throw explainFailure('npm packages', output);
    // What the compiler remembers of files that it did not find would outlive their return.
    for (const area of ['lib', 'test'])
      fs.rmSync(path.join(root, area, 'dist', '.tsbuildinfo'), { force: true });
    finish(line, wanted, expected);
  },
};

/**
 * Packages that differ from the lock file's, as `name installed/wanted`: in their version, or, for the project's own
 * folders, in where the link leads.
 */
export function packagesOutOfStep() {
  const wanted = readJson(lockFile)?.packages ?? {};
  const installed = readJson(path.join(nodeModules, '.package-lock.json'))?.packages ?? {};
  const optional = (entry) => entry.optional || entry.devOptional || entry.peer;
  return Object.entries(wanted)
    .filter(([name, entry]) => name.startsWith('node_modules/') && !optional(entry))
    .map(([name, entry]) =>
      entry.link
        ? { name, there: linkedFolder(name), due: entry.resolved }
        : { name, there: installed[name]?.version, due: entry.version },
    )
    .filter(({ there, due }) => there !== due)
    .map(({ name, there = 'missing', due }) => `${name.slice('node_modules/'.length)} ${there}/${due}`);
}

/** The folder of the project that a link in node_modules leads to; undefined if there is none. */
function linkedFolder(name) {
  try {
    const link = path.join(path.dirname(nodeModules), name);
    return path
      .relative(root, path.resolve(path.dirname(link), fs.readlinkSync(link)))
      .replaceAll(path.sep, '/');
  } catch {
    return undefined;
  }
}

function finish(line, wanted, expected) {
  writeFileWhole(stamp, wanted);
  line.update(1, `${expected.length} packages`);
}

function stampText() {
  return fingerprint({ file: lockFile }, process.platform, process.arch);
}

function topLevelPackages() {
  const names = Object.keys(readJson(lockFile)?.packages ?? {}).filter((name) =>
    /^node_modules\/(@[^/]+\/)?[^/]+$/.test(name),
  );
  return names.length > 0 ? names : ['node_modules'];
}

function countPackages() {
  let count = 0;
  try {
    for (const name of fs.readdirSync(nodeModules)) {
      if (name.startsWith('.')) continue;
      count += name.startsWith('@') ? fs.readdirSync(path.join(nodeModules, name)).length : 1;
    }
  } catch {
    // npm removes and creates these folders in the meantime.
  }
  return count;
}

/** The npm that runs this process, or the one on PATH. */
export function npmCommand() {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js') && fs.existsSync(running)) return [process.execPath, running];
  return ['npm'];
}
