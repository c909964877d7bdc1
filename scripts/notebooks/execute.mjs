import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithUs } from '../process/guard.mjs';
import { root, venvPython } from '../setup/paths.mjs';
import { startEnvironment } from '../../lib/tfjs-node/environment.js';
import { nameOf, readNotebook, sourceOf, writeNotebook } from './files.mjs';
import { withParameters } from './parameters.mjs';

/** A cell failed; the message is one sentence with the notebook and the cell. */
export class CellFailure extends Error {}

/** The user, or whoever ended this process, interrupted the run. */
export class Interrupted extends Error {}

/**
 * Runs a notebook from top to bottom and writes it with its outputs. The partial result of a failed run is also
 * written, but never over the notebook itself.
 *
 * @param file the notebook; its kernel runs in that folder
 * @param out path for the notebook with its outputs; may be `file`
 * @param options `parameters` a map; `fast` whether in fast mode; `onCell` called at the start of each code cell with
 * its number, counted from 1, and the number of code cells
 * @returns duration [s]
 * @throws CellFailure, Interrupted
 */
export async function executeNotebook(file, out, { parameters = new Map(), fast = false, onCell } = {}) {
  const start = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'xkd-notebook-'));
  const [source, result] = [join(folder, 'source.ipynb'), join(folder, 'result.ipynb')];
  try {
    const notebook = withParameters(readNotebook(file), parameters);
    writeNotebook(source, notebook);
    const numbers = codeNumbers(notebook);
    const failure = await runCells([source, result, dirname(file)], fast, (cell) =>
      onCell?.(numbers.get(cell), numbers.size),
    );
    const seconds = (performance.now() - start) / 1000;
    const executed = noted(readNotebook(result), { seconds: Math.round(seconds), fast });
    if (failure === null || out !== file) writeNotebook(out, executed);
    if (failure !== null) throw new CellFailure(sentence(file, notebook, numbers, failure));
    return seconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns the failed cell and its text, or null. */
function runCells(files, fast, onCell) {
  const env = { ...startEnvironment(process.env), XKD_FAST: fast ? '1' : '0' };
  const program = join(root, 'scripts', 'notebooks', 'execute.py');
  const child = spawn(venvPython, [program, ...files], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // so that Ctrl-C reaches it once, through us
  });
  endWithUs(child, { detached: true });
  let failure = null;
  let signal = null;
  const pass = (name) => {
    signal = name;
    child.kill('SIGTERM');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of signals) process.on(name, pass);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const { cell, failed, text } = JSON.parse(line);
    if (failed === undefined) onCell(cell);
    else failure = { cell: failed, text };
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`Python could not be started: ${error.message}.`)));
    child.on('close', (code) => {
      for (const name of signals) process.off(name, pass);
      if (signal !== null) reject(new Interrupted(signal));
      else if (code !== 0 && failure === null)
        reject(new Error(`The notebook could not be run (code ${code}).`));
      else resolve(failure);
    });
  });
}

/** Numbers of the code cells, as Jupyter shows them, by cell index. */
function codeNumbers({ cells }) {
  const places = cells.map((_, place) => place).filter((place) => cells[place].cell_type === 'code');
  return new Map(places.map((place, i) => [place, i + 1]));
}

/** Records the duration of the run in `metadata.xkd`, but no times of cells. */
function noted(notebook, xkd) {
  for (const { metadata } of notebook.cells) delete metadata.execution;
  return { ...notebook, metadata: { ...notebook.metadata, xkd } };
}

function sentence(file, notebook, numbers, { cell, text }) {
  const lines = sourceOf(notebook.cells[cell]).split('\n');
  const begins = lines.find((line) => line.trim() !== '' && !/^(import\b|\/\/)/.test(line)) ?? lines[0];
  return `${nameOf(file)} stopped at code cell ${numbers.get(cell)} of ${numbers.size} ("${begins.trim()}"): ${reasonOf(text)}`;
}

/** The beginning of a kernel traceback: the sentence of a user error, or an error's name and message. */
function reasonOf(text) {
  return text.split('\n').find((line) => line.trim() !== '') ?? 'no reason was given';
}
