import fs from 'node:fs';
import path from 'node:path';
import { execute } from './execute.mjs';
import { explainFailure, SetupError } from './failure.mjs';
import { readText, writeFileWhole } from './files.mjs';
import { onPath } from './machine.mjs';
import { root, venv, venvPython } from './paths.mjs';

const stamp = path.join(venv, '.xkd-venv');
const oldest = [3, 10];

/** A Python virtual environment at .venv, with pip in it. */
export const pythonEnvironment = {
  title: 'Python environment',
  isDone: () => readText(stamp) === root && fs.existsSync(venvPython),
  async run(line) {
    const python = await findPython();
    line.expect(5, `Python ${python.version} at ${python.command}`);
    if (!(await isWholeEnvironment())) {
      fs.rmSync(venv, { recursive: true, force: true });
      await createEnvironment(python.command);
    }
    writeFileWhole(stamp, root);
  },
};

/** The first of PYTHON, python3 and python that is new enough. Throws one sentence if there is none. */
export async function findPython() {
  const seen = [];
  const named = ['3.13', '3.12', '3.11', '3.10'].map((version) => `python${version}`);
  for (const command of [process.env.PYTHON, 'python3', 'python', ...named]) {
    if (!command) continue;
    const { code, output } = await execute(command, [
      '-c',
      'import sys; print("%d.%d.%d" % sys.version_info[:3])',
    ]);
    const version = /^(\d+\.\d+\.\d+)/m.exec(output)?.[1];
    if (code !== 0 || !version) continue;
    if (isNewEnough(version)) return { command, version };
    seen.push(`${command} is ${version}`);
  }
  const found = seen.length > 0 ? ` (${seen.join(', ')})` : '';
  throw new SetupError(
    `Python 3.10 or later was not found${found}: install it, or set PYTHON to its path, and run the command again.`,
  );
}

/** True if a version of Python ('3.11.2') is new enough. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major === oldest[0] && minor >= oldest[1];
}

async function isWholeEnvironment() {
  const activate = readText(path.join(venv, 'bin', 'activate')) ?? '';
  if (!fs.existsSync(venvPython) || !activate.includes(venv)) return false;
  const { code, output } = await execute(venvPython, [
    '-c',
    'import sys, pip; print("%d.%d.0" % sys.version_info[:2])',
  ]);
  return code === 0 && isNewEnough(output.trim());
}

/** Debian and Ubuntu ship Python without the part of venv that installs pip, so the alternatives are tried in turn. */
async function createEnvironment(python) {
  const tool = (name, args) => (onPath(name) ? [[name, args]] : []);
  const ways = [
    [[python, ['-m', 'venv', venv]]],
    [
      [python, ['-m', 'venv', '--without-pip', '--clear', venv]],
      [python, ['-m', 'pip', '--python', venvPython, 'install', '--disable-pip-version-check', 'pip']],
    ],
    [[python, ['-m', 'virtualenv', '--clear', venv]]],
    tool('virtualenv', ['--clear', '-p', python, venv]),
    tool('uv', ['venv', '--clear', '--seed', '--python', python, venv]),
  ];
  let firstOutput = '';
  for (const commands of ways) {
    let output = '';
    let failed = commands.length === 0;
    for (const [command, args] of commands) {
      if (failed) break;
      const result = await execute(command, args);
      output += result.output;
      failed = result.code !== 0;
    }
    if (!failed && (await isWholeEnvironment())) return;
    firstOutput ||= output;
  }
  if (/ensurepip|No module named '?venv/.test(firstOutput)) {
    throw new SetupError(
      'This Python cannot create virtual environments: install its venv module (Debian and Ubuntu: "sudo apt install python3-venv") and run the command again.',
    );
  }
  throw explainFailure('Python environment', firstOutput);
}
