import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { notebooks } from '../setup/paths.mjs';

export const figureType = 'application/vnd.plotly.v1+json';

/** The notebooks of the course, in order. */
export function courseNotebooks() {
  const names = readdirSync(notebooks).filter((name) => name.endsWith('.ipynb'));
  return names.sort().map((name) => join(notebooks, name));
}

/**
 * The notebooks that arguments refer to, in the order of the course. An argument is a number or the beginning of a
 * name, such as `03`, or a file; without arguments, all of them.
 *
 * @throws Error with one sentence if an argument matches none, or several
 */
export function chosenNotebooks(words, course = courseNotebooks()) {
  if (words.length === 0) return course;
  const chosen = new Set(words.map((word) => fileOf(word, course)));
  const rank = (file) => (course.includes(file) ? course.indexOf(file) : course.length);
  return [...chosen].sort((a, b) => rank(a) - rank(b));
}

function fileOf(word, course) {
  if (word.endsWith('.ipynb') && existsSync(word)) return resolve(word);
  const found = course.filter((file) => basename(file).startsWith(word));
  if (found.length === 1) return found[0];
  const names = (found.length > 1 ? found : course).map(nameOf).join(', ');
  if (found.length > 1) throw new Error(`"${word}" could be any of ${names}.`);
  throw new Error(`"${word}" is not a notebook; choose from ${names}, and files that end in .ipynb.`);
}

/** The name of a file's notebook, such as `03_cross_modal_distillation`. */
export function nameOf(file) {
  return basename(file, '.ipynb');
}

export function readNotebook(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Writes a notebook as Jupyter does, but with each figure on one line: one line per number would take up to twice the
 * bytes.
 */
export function writeNotebook(file, notebook) {
  const figures = [];
  const text = JSON.stringify(
    notebook,
    (key, value) => (key === figureType ? `figure ${figures.push(JSON.stringify(value)) - 1}` : value),
    1,
  );
  const filled = text
    .split(/(?<=vnd\.plotly\.v1\+json": )"figure (\d+)"/)
    .map((part, i) => (i % 2 ? figures[part] : part));
  writeFileSync(file, `${filled.join('')}\n`);
}

export function sourceOf({ source }) {
  return [source].flat().join('');
}

/** A notebook's description in its first cell: `{ title, question, runTime }`. */
export function openingOf(notebook) {
  const text = sourceOf(notebook.cells[0] ?? { source: '' });
  const part = (pattern) => (pattern.exec(text)?.[1] ?? '').trim();
  return {
    title: part(/^# (.+)$/m),
    question: part(/\*\*The question\.\*\*([^\n]+)/),
    runTime: part(/\*\*Run time\.\*\*([^\n]+)/),
  };
}
