import fs from 'node:fs';
import path from 'node:path';
import { execute } from '../setup/execute.mjs';
import { explainFailure, SetupError } from '../setup/failure.mjs';
import { fingerprint, readText, writeFileWhole } from '../setup/files.mjs';
import { alone } from '../setup/lock.mjs';
import { root, scratch, venvPython } from '../setup/paths.mjs';
import { pip } from '../setup/pip.mjs';
import { StepLine } from '../setup/report.mjs';
import { readChoice } from '../../lib/tfjs-node/choice.js';

/** All files that the benchmark creates. */
export const benchFolder = path.join(root, '.bench');
const venv = path.join(benchFolder, 'venv');
const python = path.join(venv, 'bin', 'python');
const stamp = path.join(venv, '.xkd-pytorch');
const requirements = path.join(root, 'scripts', 'requirements-bench.txt');

/**
 * A separate Python environment with PyTorch, created at the first call. Returns `{ python }`, or `{ reason }`, one
 * sentence, if it can't be created; an interruption throws.
 */
export async function pytorchEnvironment() {
  if (readText(stamp) === stampText()) return { python };
  return alone(async () => {
    const line = new StepLine('PyTorch');
    try {
      line.expect(90, 'for the benchmark alone, into .bench/venv');
      await install(line);
      line.done('installed');
      return { python };
    } catch (error) {
      line.failed();
      if (!(error instanceof SetupError) || error.kind === 'interrupted') throw error;
      return { reason: `PyTorch is not available, so it has no rows. ${error.message}` };
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  });
}

async function install(line) {
  fs.rmSync(venv, { recursive: true, force: true });
  const made = await execute(venvPython, ['-m', 'venv', '--without-pip', venv]);
  if (made.code !== 0) throw explainFailure('PyTorch', made.output);
  // A pip configured to use the CPU-only builds installs one; PyPI's build for Linux x64 brings CUDA along.
  let result = onGpu() ? null : await pip(['--python', python, 'install', ...packages('+cpu')]);
  if (result === null || (result.code !== 0 && explainFailure('PyTorch', result.output).kind === 'missing')) {
    if (process.platform === 'linux') {
      line.expect(600, "PyPI's build, which on x64 brings CUDA's libraries (several GB)");
    }
    result = await pip(['--python', python, 'install', ...packages('')]);
  }
  if (result.code !== 0) throw explainFailure('PyTorch', result.output);
  const checked = await execute(python, ['-c', 'import torch, safetensors, av, numpy, sklearn']);
  if (checked.code !== 0) throw explainFailure('PyTorch', checked.output);
  writeFileWhole(stamp, stampText());
}

/** The pinned packages, with torch in a given build of its version such as `+cpu`. */
function packages(build) {
  const lines = fs.readFileSync(requirements, 'utf8').trim().split('\n');
  return lines.map((pinned) => (pinned.startsWith('torch==') ? pinned + build : pinned));
}

/** True if TensorFlow computes on a GPU; PyTorch then has to as well. */
function onGpu() {
  return readChoice().device === 'gpu' && process.env.XKD_DEVICE !== 'cpu';
}

function stampText() {
  return `${fingerprint({ file: requirements }, root)}${onGpu() ? ' with CUDA' : ''}`;
}
