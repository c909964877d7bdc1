import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runInForeground } from '../commands/foreground.mjs';
import { freeBytes, requireSpace } from '../setup/disk.mjs';
import { endRunning } from '../setup/execute.mjs';
import { SetupError } from '../setup/failure.mjs';
import { readJson } from '../setup/files.mjs';
import { root } from '../setup/paths.mjs';
import { Counts, CountsReader } from './counts.mjs';
import { fetchNode } from './node-release.mjs';

/** Space for a checkout that is set up, Node, and their temporary files. */
const neededBytes = 4e9;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Checks the project with another Node as a newcomer meets it: in a folder with the contents of a clone and with that
 * Node first on PATH, the project is set up as in a cloud container, and the part `machine` of `npm test` runs. The
 * folder is always removed afterwards.
 *
 * @param wanted '24', or an exact version such as '24.1.0'
 */
export async function checkOnNode(wanted) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-node-')));
  let stopped = false;
  const stop = () => {
    stopped = true;
    endRunning();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    requireSpace(`A set-up on Node ${wanted} in ${folder}`, neededBytes, freeBytes(folder));
    const { node, version } = await fetchNode(wanted, path.join(folder, 'node'));
    const checkout = path.join(folder, 'checkout');
    copyTracked(checkout);
    console.log(`Node ${version} in ${checkout}`);
    return await checkCheckout(checkout, { node, version, isStopped: () => stopped });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (!stopped) console.error(error.message);
    return Counts.one(false, error.message);
  } finally {
    for (const signal of signals) process.off(signal, stop);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The contents of a clone, with uncommitted changes. */
function copyTracked(target) {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  let names;
  try {
    names = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }).split('\0');
  } catch {
    throw new SetupError(
      'This folder is no clone made by git, which knows what belongs to it: clone it anew.',
    );
  }
  for (const name of names.filter((each) => each !== '' && fs.existsSync(path.join(root, each)))) {
    fs.cpSync(path.join(root, name), path.join(target, name), { recursive: true, verbatimSymlinks: true });
  }
}

async function checkCheckout(checkout, { node, version, isStopped }) {
  const counts = new Counts();
  const deprecations = new Set();
  const env = { PATH: [path.dirname(node), process.env.PATH].join(path.delimiter) };
  const run = async (title, command, args) => {
    if (isStopped()) return false;
    const startedAt = performance.now();
    const printed = new CountsReader();
    const onLine = (line) => {
      if (!printed.read(line)) console.log(`  ${line}`);
      if (/\[DEP\d+\]/.test(line)) deprecations.add(line.trim());
    };
    console.log(`\n-- Node ${version}: ${title}`);
    const ok = (await runInForeground(command, args, { cwd: checkout, env, onLine })) === 0;
    counts.add(printed.counts ?? Counts.one(ok, title));
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`-- ${ok ? 'passed' : 'failed'}: ${title}, ${seconds} s`);
    return ok;
  };

  const { postCreateCommand } = readJson(path.join(checkout, '.devcontainer', 'devcontainer.json'));
  const isSetUp = await run('set-up, as in .devcontainer', 'bash', ['-c', postCreateCommand]);
  if (!isSetUp) return counts;
  await run('npm run build', 'npm', ['run', 'build']);
  await run('set-up, as in .binder', path.join(checkout, '.binder', 'postBuild'), []);
  await run('JupyterLab, as in .binder', path.join(checkout, '.binder', 'start'), [
    'jupyter-lab',
    '--version',
  ]);
  const test = path.join(checkout, 'scripts', 'test.mjs');
  await run('parity, kernel, notebooks', node, [test, '--only', 'machine']);
  counts.add(Counts.one(deprecations.size === 0, `deprecation notices: ${[...deprecations].join('; ')}`));
  return counts;
}
