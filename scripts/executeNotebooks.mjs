/*
 * Runs notebooks from top to bottom and keeps their outputs, as they are committed.
 *
 *   node scripts/executeNotebooks.mjs [NOTEBOOK...]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { notebooks, venvPython } from './setup/paths.mjs';

const given = process.argv.slice(2);
for (const file of given.length > 0 ? given : notebookFiles()) {
  const start = performance.now();
  const execute = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--inplace', '--log-level', 'ERROR'];
  const { status } = spawnSync(venvPython, [...execute, file], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  numberCells(file);
  console.log(`${basename(file)}: ${Math.round((performance.now() - start) / 1000)} s`);
}

function notebookFiles() {
  const names = readdirSync(notebooks).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => join(notebooks, name));
}

/** The kernel counts the cells it runs, but does not tell nbconvert. */
function numberCells(file) {
  const notebook = JSON.parse(readFileSync(file, 'utf8'));
  const code = notebook.cells.filter((cell) => cell.cell_type === 'code');
  code.forEach((cell, i) => (cell.execution_count = i + 1));
  writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`);
}
