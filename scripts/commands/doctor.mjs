import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import environment from '../../lib/tfjs-node/environment.js';
import { libBuild } from '../setup/build.mjs';
import { freeBytes, readableBytes } from '../setup/disk.mjs';
import { execute } from '../setup/execute.mjs';
import { tryFfmpeg } from '../setup/ffmpeg.mjs';
import { readJson } from '../setup/files.mjs';
import { kernelspec } from '../setup/kernelspec.mjs';
import { packagesOutOfStep } from '../setup/npm-packages.mjs';
import { backendFile, ffmpegFile, kernelSpecFolder, root, venvPython } from '../setup/paths.mjs';
import { platformProblem } from '../setup/select-tensorflow.mjs';
import { addonNotice, fallbackNotice, gpuNotice } from '../setup/tensorflow.mjs';
import { verifyTensorFlow } from '../setup/verify-tensorflow.mjs';

const wayOut = 'run "npm run setup"';
const leastFreeBytes = 1e9;
const leastMemoryBytes = 4e9;

// npm run doctor: reports what is in use, and each problem with its remedy. It changes nothing.
const findings = [
  system(),
  { name: 'Node', value: `${process.versions.node}, ${process.execPath}` },
  npmPackages(),
  await python(),
  await jupyterLab(),
  kernel(),
  await tensorflow(),
  variables(),
  await ffmpeg(),
  decoder(),
  build(),
  disk(),
  memory(),
];
for (const { name, value, problem } of findings) {
  console.log(`${problem ? '✗' : '✓'} ${name.padEnd(14)} ${value}`);
  if (problem) console.log(`  ${''.padEnd(14)} ${problem}`);
}
const wrong = findings.filter(({ problem }) => problem).length;
console.log(
  wrong === 0 ? '\nEverything is in order.' : `\n${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.`,
);
process.exit(wrong === 0 ? 0 : 1);

function system() {
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown processor';
  const value = `${os.type()} ${os.release()} ${process.arch}, ${os.availableParallelism()} × ${cpu}`;
  return { name: 'System', value, problem: platformProblem(process.platform) };
}

function npmPackages() {
  const differing = packagesOutOfStep();
  if (differing.length === 0) return { name: 'npm packages', value: 'in step with package-lock.json' };
  const some = differing.slice(0, 3).join(', ');
  return {
    name: 'npm packages',
    value: `${differing.length} differ from package-lock.json (${some}${differing.length > 3 ? ', ...' : ''})`,
    problem: `Remove the folder node_modules and ${wayOut}.`,
  };
}

async function python() {
  const { code, output } = await execute(venvPython, ['--version']);
  if (code === 0) return { name: 'Python', value: `${output.trim().replace('Python ', '')}, ${venvPython}` };
  return { name: 'Python', value: 'no environment at .venv', problem: `To create it, ${wayOut}.` };
}

async function jupyterLab() {
  const program =
    'from importlib.metadata import version as v\nprint(", ".join(f"{n} {v(n)}" for n in ("jupyterlab", "nbconvert", "plotly", "jupyterlab_widgets")))';
  const { code, output } = await execute(venvPython, ['-c', program]);
  if (code === 0) return { name: 'JupyterLab', value: output.trim().replace('jupyterlab ', '') };
  return { name: 'JupyterLab', value: 'not installed', problem: `To install it, ${wayOut}.` };
}

function kernel() {
  const spec = readJson(path.join(kernelSpecFolder, 'kernel.json'));
  const tslab = readJson(path.join(root, 'node_modules', 'tslab', 'package.json'))?.version ?? 'missing';
  const value = spec ? `tslab ${tslab}, ${kernelSpecFolder}` : 'not installed';
  return {
    name: 'Kernel',
    value,
    problem: kernelspec.isDone() ? undefined : `It is missing, or of another folder or Node: ${wayOut}.`,
  };
}

async function tensorflow() {
  const name = 'TensorFlow';
  const chosen = readJson(backendFile);
  if (!chosen) return { name, value: 'not set up', problem: `To set it up, ${wayOut}.` };
  const found = await verifyTensorFlow();
  if (!found.works)
    return {
      name,
      value: 'does not load',
      problem: `${found.reason} Remove the folder .native and ${wayOut}.`,
    };
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
  const where = `${found.device === 'gpu' ? 'GPU' : 'CPU'}, ${found.native ? threads : 1} ${threads === 1 ? 'thread' : 'threads'}`;
  const origin = { wheel: 'library from PyPI', package: chosen.package, addon: 'an addon of your own' }[
    chosen.source
  ];
  const value = found.native
    ? `${found.tensorflow}, ${where}, ${origin}`
    : `TensorFlow.js ${found.tensorflow} in plain JavaScript`;
  return { name, value, problem: fallbackNotice(chosen) ?? addonNotice(chosen) ?? gpuNotice(chosen) };
}

/** The decoder in use. */
function decoder() {
  const name = 'Decoder';
  if (process.env.XKD_DECODER === 'ffmpeg') return { name, value: 'ffmpeg, as XKD_DECODER says' };
  // In a separate process: a library that does not fit the system may crash it.
  const script = "const { getFFmpegInfo } = require('node-av/lib'); console.log(getFFmpegInfo().version)";
  const { status, stdout } = spawnSync(process.execPath, ['--no-warnings', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return { name, value: `libav ${stdout.trim()}, by node-av` };
  return { name, value: 'ffmpeg: node-av has no library for this system (long files are slow to decode)' };
}

/** TensorFlow variables from the user's environment; their values take precedence. */
function variables() {
  const { notices } = environment.tensorflowEnvironment(process.env);
  const value = notices.length === 0 ? 'as this project sets them' : `${notices.length} of your own`;
  return { name: 'Variables', value, problem: notices.join(' ') || undefined };
}

async function ffmpeg() {
  const file = process.env.FFMPEG_BIN ?? readJson(ffmpegFile)?.path;
  if (!file) return { name: 'ffmpeg', value: 'not set up', problem: `To set it up, ${wayOut}.` };
  const found = await tryFfmpeg(file);
  if (found) return { name: 'ffmpeg', value: `${found.version}, ${found.path}` };
  return {
    name: 'ffmpeg',
    value: `${file} does not run`,
    problem: `Set FFMPEG_BIN to the path of an ffmpeg, or ${wayOut}.`,
  };
}

function build() {
  const main = path.join(root, 'lib', 'dist', 'index.js');
  if (fs.existsSync(main) && libBuild.isDone()) return { name: 'lib', value: 'built' };
  return { name: 'lib', value: 'not built from the present sources; every command builds it first' };
}

function disk() {
  const free = freeBytes();
  const problem = free < leastFreeBytes ? 'Free some space: runs and caches need more than 1 GB.' : undefined;
  return { name: 'Disk', value: `${readableBytes(free)} free`, problem };
}

function memory() {
  const total = os.totalmem();
  const value = `${readableBytes(total)}, ${readableBytes(os.freemem())} free`;
  return {
    name: 'Memory',
    value,
    problem: total < leastMemoryBytes ? 'The notebooks need 4 GB.' : undefined,
  };
}
