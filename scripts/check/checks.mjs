import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runInForeground } from '../commands/foreground.mjs';
import { buildLib, compile } from '../setup/build.mjs';
import { readJson } from '../setup/files.mjs';
import { testedLines } from '../setup/node-version.mjs';
import { nodeModules, notebooks, root, venvPython } from '../setup/paths.mjs';
import { findChromium } from './chromium.cjs';
import { Counts } from './counts.mjs';
import { checkOnNode } from './on-node.mjs';

const newestLine = String(testedLines.at(-1));
/** Runs every notebook in a browser. It takes minutes, so it is a part of its own. */
const everyNotebook = 'test/dist/browser/everyNotebook.test.js';
/** Folders of tests that mostly wait for programs, such as browsers and kernels, rather than compute. */
const jupyterTests = 'test/dist/{browser,kernel,notebook,setup}/**/*.test.js';

/**
 * The checks of `npm test`, in order. Each has the part it belongs to (for --only), a title, and run(), which prints as
 * it goes and returns true on success, or the counts of what it has run.
 */
export function allChecks() {
  return [
    { part: 'types', title: 'Types and build of lib', run: () => typescript(buildLib()) },
    {
      part: 'types',
      title: 'Types and build of the benchmark',
      run: () => typescript(compile('scripts/bench')),
    },
    { part: 'types', title: 'Types and build of the tests', run: () => typescript(compile('test')) },
    {
      part: 'types',
      title: 'Types of the playground',
      run: () => tool('typescript/bin/tsc', ['-p', 'scripts/site/playground']),
    },
    { part: 'lint', title: 'ESLint', run: () => tool('eslint/bin/eslint.js', ['.']) },
    { part: 'lint', title: 'Prettier', run: () => tool('prettier/bin/prettier.cjs', ['--check', '.']) },
    {
      part: 'mocha',
      title: 'Mocha: the library and the command line',
      run: () => mocha('test/dist/**/*.test.js', '--ignore', jupyterTests),
    },
    {
      part: 'jupyter',
      title: 'Mocha: kernel, notebooks, browser, set-up',
      run: () => mocha(jupyterTests, '--ignore', everyNotebook),
    },
    ...courseChecks(),
    ...machineChecks(),
    {
      part: 'node',
      title: `A set-up from nothing on Node ${newestLine}`,
      run: () => checkOnNode(newestLine),
    },
  ];
}

export const parts = ['types', 'lint', 'mocha', 'jupyter', 'notebooks', 'machine', 'node'];

/**
 * The parts that run without --only: `machine` is a selection of the others, and `node` is for CI, as it takes minutes.
 */
export const usualParts = parts.filter(
  (part) => part !== 'machine' && (part !== 'node' || process.env.CI === 'true'),
);

/** Parts that can run in parallel with the others once types and builds are there. */
export const partsBeside = ['lint', 'mocha', 'node'];

/**
 * What depends most on the machine and its Node, in a few minutes: parity with the original, the kernel, notebooks 00
 * to 03.
 */
function machineChecks() {
  const tests = '{parity/parity,kernel/*,*/kernel*,setup/node,setup/typescript,setup/tensorflow}.test.js';
  const files = notebookFiles().filter((file) => /^0[0-3]_/.test(path.basename(file)));
  return [
    { part: 'machine', title: 'Build of lib, the benchmark and the tests', run: buildAll },
    { part: 'machine', title: 'Mocha', run: () => mocha(`test/dist/${tests}`) },
    ...files.map((file) => notebookCheck('machine', file)),
  ];
}

function notebookCheck(part, file, how = '') {
  return { part, title: `Notebook ${path.basename(file)}${how}`, run: () => notebook(file) };
}

async function buildAll() {
  return (
    (await typescript(buildLib())) &&
    (await typescript(compile('scripts/bench'))) &&
    (await typescript(compile('test')))
  );
}

/** Runs every notebook as a user does; without a browser, only its cells. */
function courseChecks() {
  const part = 'notebooks';
  if (findChromium() !== null)
    return [{ part, title: 'Notebooks in JupyterLab', run: () => mocha(everyNotebook) }];
  return notebookFiles().map((file) =>
    notebookCheck(part, file, ', its cells alone: no Chromium for its page'),
  );
}

function notebookFiles() {
  if (!fs.existsSync(notebooks)) return [];
  const names = fs.readdirSync(notebooks).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => path.join(notebooks, name));
}

async function typescript(work) {
  const { code, output } = await work;
  if (output) process.stdout.write(output);
  return code === 0;
}

async function tool(program, args) {
  return (await runInForeground(process.execPath, [path.join(nodeModules, program), ...args])) === 0;
}

/** Runs mocha on these files and returns its counts; a run that breaks off counts as one failure. */
async function mocha(...args) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-mocha-'));
  const counts = path.join(folder, 'counts.json');
  const code = await runInForeground(
    process.execPath,
    [
      path.join(nodeModules, 'mocha', 'bin', 'mocha.js'),
      '--reporter',
      path.join(root, 'scripts', 'check', 'mocha-reporter.cjs'),
      ...args,
    ],
    { env: { XKD_MOCHA_COUNTS: counts } },
  );
  const result = readJson(counts);
  fs.rmSync(folder, { recursive: true });
  if (code !== 0 && !(result?.failed > 0)) return Counts.one(false, `broke off with exit code ${code}`);
  return Object.assign(new Counts(), result);
}

/** Runs every cell in the notebooks' fast mode; the result is discarded. */
async function notebook(file) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'xkd-notebook-'));
  const options = [
    '--to',
    'notebook',
    '--execute',
    '--ExecutePreprocessor.timeout=900',
    '--output-dir',
    folder,
  ];
  const env = { XKD_FAST: '1' };
  const code = await runInForeground(venvPython, ['-m', 'nbconvert', ...options, file], { env });
  fs.rmSync(folder, { recursive: true });
  return code === 0;
}
