'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

/**
 * Path of the notebook, as the server passed it to the kernel; null if there is none, such as under `nbconvert`.
 * https://jupyter-server.readthedocs.io: the server sets JPY_SESSION_NAME to the path of the session's document.
 */
function notebookFile(environment = process.env) {
  const file = environment.JPY_SESSION_NAME ?? '';
  return path.isAbsolute(file) && file.endsWith('.ipynb') ? file : null;
}

/**
 * Writes the outputs of runs into those cells of a notebook that have not changed since, by id and source; everything
 * else stays as it is.
 *
 * @param file the notebook
 * @param runs finished runs of a `CellRecord`
 * @returns the runs that were written, and the SHA-256 of the file before and after; null if none was
 */
function writeOutputs(file, runs) {
  const text = fs.readFileSync(file, 'utf8');
  const notebook = JSON.parse(text);
  const cells = new Map(notebook.cells?.map((cell) => [cell.id, cell]));
  const written = runs.filter((run) => {
    const cell = cells.get(run.cellId);
    return cell?.cell_type === 'code' && joined(cell.source) === run.code;
  });
  if (written.length === 0) return null;
  for (const { cellId, executionCount, outputs } of written) {
    Object.assign(cells.get(cellId), {
      execution_count: executionCount,
      outputs: outputs.list().map(inLines),
    });
  }
  const changed = `${JSON.stringify(notebook, null, indentation(text))}\n`;
  writeWhole(file, changed);
  return { written, before: hash(text), after: hash(changed) };
}

/** As nbformat writes outputs: texts as lists of lines. */
function inLines(output) {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  if (output.data === undefined) return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === 'string' && !/^application\/(.*\+)?json$/.test(type) ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

/** The lines with their line ends. */
function lines(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function joined(source) {
  return Array.isArray(source) ? source.join('') : source;
}

/** nbformat's single space, or the indentation that another program wrote. */
function indentation(text) {
  return /^\{\n( +|\t+)/.exec(text)?.[1] ?? 1;
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Replaces the file atomically; a link to it stays a link. */
function writeWhole(file, text) {
  const target = fs.realpathSync(file);
  const beside = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`);
  try {
    fs.writeFileSync(beside, text, { mode: fs.statSync(target).mode });
    fs.renameSync(beside, target);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw error;
  }
}

module.exports = { notebookFile, writeOutputs };
