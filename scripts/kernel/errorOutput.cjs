'use strict';

const fs = require('node:fs');
const { SourceMap } = require('node:module');
const path = require('node:path');
const { inspect } = require('node:util');
const { codeFrameColumns } = require('@babel/code-frame');
const { CompileError, Interruption, WrongLanguage } = require('./failures.cjs');

const libFolder = path.resolve(__dirname, '..', '..', 'lib');
const builtFolder = path.join(libFolder, 'dist') + path.sep;
/** A V8 stack frame: the function, and file, line and column; or only the latter. */
const framePattern = /^\s*at (?:(?:async )?(.+?) \()?(?:async )?(?:file:\/\/)?([^()]+?):(\d+):(\d+)\)?$/;
const cellPattern = /^cell-(\d+)\.ts$/;
const packagePattern = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)(?!.*[\\/]node_modules[\\/])/;
/** Names that only exist in browsers. */
const browserName = /^(self|window|document|navigator|location|HTML\w+|XMLHttpRequest) is not defined$/;
const mostCauses = 3;
const longestMessage = 4000;
const linesOfFrame = { linesAbove: 2, linesBelow: 1 };

/**
 * The content of an `error` message: name, value and a readable traceback. It includes the line of the cell, and the
 * frames of cells and of this project, but not the kernel's own; a user error is only its sentence.
 *
 * @param error any thrown value
 * @param cells looks up cells: `sourceOf(number)`
 * @param number of the cell, if the error is its outcome
 */
function errorOutput(error, cells, number) {
  try {
    return readOutput(error, cells, number);
  } catch {
    // Reading its name, message, stack or cause throws.
    return sentenceOutput('Unreadable', 'The cell threw something that throws itself when it is read.');
  }
}

function readOutput(error, cells, number) {
  if (error instanceof CompileError) return compileOutput(error, cells, number);
  const browser = browserSentence(error);
  if (browser !== null) return sentenceOutput('BrowserOnlyError', browser);
  if (!(error instanceof Error)) {
    const value = typeof error === 'string' ? error : inspect(error, { depth: 2 });
    return { ename: 'Thrown', evalue: shortened(value), traceback: [`Thrown: ${shortened(value)}`] };
  }
  if (error.name === 'UserError' || error instanceof Interruption || error instanceof WrongLanguage)
    return sentenceOutput(error.name, String(error.message));
  const ename = String(error.name || error.constructor.name);
  const evalue = shortened(messageOf(error));
  return { ename, evalue, traceback: [...tracebackOf(error, cells), ...causesOf(error, cells)] };
}

/** Cells have no file of their own, which Node would name as the one that requires a missing module. */
function messageOf({ message }) {
  return String(message).replace(/\nRequire stack:\n- .+[\\/]src\.js$/, '');
}

function sentenceOutput(ename, sentence) {
  return { ename, evalue: sentence, traceback: [sentence] };
}

/** TypeScript's errors, each with its line and a mark below it. */
function compileOutput({ name, diagnostics }, cells, number) {
  const source = cells.sourceOf(number) ?? '';
  const [first] = diagnostics;
  const traceback = diagnostics.map(({ messageText, code, fileName, start, end }) => {
    const place = fileName
      ? `${fileName}, line ${start.line + 1}`
      : `cell [${number}], line ${start.line + 1}`;
    const heading = `${place}: ${messageText} (TS${code})`;
    if (fileName) return heading;
    const last = { line: end.line + 1, column: end.character + 1 };
    const location = { start: { line: start.line + 1, column: start.character + 1 }, end: last };
    return `${heading}\n${codeFrameColumns(source, location, linesOfFrame)}`;
  });
  return { ename: name, evalue: `${first.messageText} (TS${first.code})`, traceback };
}

function tracebackOf(error, cells) {
  const frames = framesOf(error);
  const heading = `${error.name || error.constructor.name}: ${shortened(messageOf(error))}`;
  const inCell = frames.find(({ cell }) => cell !== undefined);
  const lines = [heading];
  if (inCell !== undefined) {
    const source = cells.sourceOf(inCell.cell) ?? '';
    const { line, column } = inCell;
    lines.push(codeFrameColumns(source, { start: { line, column } }, linesOfFrame));
  }
  return [...lines, ...frames.map(({ text }) => `    at ${text}`)];
}

function causesOf(error, cells) {
  const lines = [];
  const inner = error instanceof AggregateError ? error.errors : [];
  for (const one of inner.slice(0, mostCauses))
    lines.push(`one of them: ${shortened(String(one?.message ?? one))}`);
  const told = new Set([error]);
  let { cause } = error;
  while (cause !== undefined && cause !== null && !told.has(cause) && told.size <= mostCauses) {
    told.add(cause);
    lines.push(
      `caused by ${cause instanceof Error ? tracebackOf(cause, cells).join('\n') : shortened(inspect(cause))}`,
    );
    cause = cause.cause;
  }
  return lines;
}

/** The frames of cells and of this project; if the error comes from a package, that package's name first. */
function framesOf(error) {
  const all = String(error.stack ?? '')
    .split('\n')
    .map((text) => framePattern.exec(text))
    .filter((match) => match !== null)
    .map(([, name, file, line, column]) => ({ name, file, line: Number(line), column: Number(column) }));
  const frames = [];
  const origin = packagePattern.exec(all[0]?.file ?? '')?.[1];
  if (origin !== undefined && origin !== 'tslab')
    frames.push({ text: `${all[0].name ?? 'code'} (package ${origin})` });
  for (const frame of all) {
    const own = cellFrame(frame) ?? libFrame(frame);
    // A function that calls itself repeats the same line many times.
    if (own !== null && own.text !== frames.at(-1)?.text) frames.push(own);
  }
  return frames;
}

/** Stacks name cells by the user's lines, see stacks.cjs. */
function cellFrame({ name, file, line, column }) {
  const cell = cellPattern.exec(file)?.[1];
  if (cell === undefined) return null;
  const where = `cell [${cell}], line ${line}`;
  // Names of earlier cells are properties of an object.
  const text = name === undefined ? where : `${name.replace(/^Object\./, '')} (${where})`;
  return { cell: Number(cell), line, column, text };
}

function libFrame({ name, file, line, column }) {
  if (!file.startsWith(builtFolder)) return null;
  const source = `lib/${path.relative(builtFolder, file).split(path.sep).join('/').replace(/\.js$/, '.ts')}`;
  const text = `${source}:${sourceLine(file, line, column)}`;
  return { text: name === undefined ? text : `${name} (${text})` };
}

function sourceLine(file, line, column) {
  try {
    const map = new SourceMap(JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')));
    return map.findEntry(line - 1, column - 1).originalLine + 1;
  } catch {
    return line; // built without source maps
  }
}

/**
 * A package for browsers fails on something that Node lacks; its source, minified to one line, would not help anybody.
 */
function browserSentence(error) {
  if (!(error instanceof ReferenceError) || !browserName.test(error.message)) return null;
  const name = browserName.exec(error.message)[1];
  const origin = packagePattern.exec(String(error.stack))?.[1];
  if (origin === undefined) return null;
  return (
    `${origin} runs in browsers only: it needs "${name}", which Node does not have. ` +
    'Figures need no import of it: make one with a function of xkd, or as an object { data, layout }, and call show(figure).'
  );
}

function shortened(text) {
  if (text.length <= longestMessage) return text;
  return `${text.slice(0, longestMessage)} … (${text.length - longestMessage} more characters)`;
}

module.exports = { errorOutput };
