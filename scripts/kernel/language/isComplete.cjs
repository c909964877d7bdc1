'use strict';

const { createRequire } = require('node:module');

const tslab = createRequire(require.resolve('tslab/dist/main.js'));

/** Errors for text that ends too early, wherever they are reported: for a template and for a JSX element. */
const unfinished = new Set([1160, 17008]);

/** Errors for a string or a regular expression: the next line cannot end it. */
const endedByLine = new Set([1002, 1161]);

/** As in tslab: two empty lines at the end submit a cell, whatever it contains. */
const forced = /(^|\n)\s*\n\s*$/;

/**
 * Determines whether a cell is complete, continues on the next line, or is invalid.
 *
 * @returns the content of an `is_complete_reply`
 */
function isComplete(code) {
  const errors = syntaxErrors(code);
  if (errors.length === 0 || forced.test(code)) return { status: 'complete' };
  if (errors.some(({ number }) => endedByLine.has(number))) return { status: 'invalid' };
  if (errors.every(({ number, isAtEnd }) => isAtEnd || unfinished.has(number))) {
    return { status: 'incomplete', indent: indentOf(code) };
  }
  // The parser misreads parameters before their arrow, as in `(a, b: number`.
  const isParameters = closings(code).some((closing) => syntaxErrors(code + closing).length === 0);
  return isParameters ? { status: 'incomplete', indent: indentOf(code) } : { status: 'invalid' };
}

/** The text is parsed as a module, in which `await` may be used anywhere. */
function syntaxErrors(code) {
  const ts = tslab('@tslab/typescript-for-tslab');
  const { jsx } = tslab('./metadata.js').getCodeMetadata(code);
  const kind = jsx ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile('cell.ts', `export {};${code}`, ts.ScriptTarget.Latest, false, kind);
  // The end token begins with the preceding blanks and comments.
  const end = file.endOfFileToken.pos;
  return file.parseDiagnostics.map(({ code: number, start }) => ({ number, isAtEnd: start >= end }));
}

/** Text that closes all open brackets, with parentheses either as parameters of an arrow function or not. */
function closings(code) {
  const ts = tslab('@tslab/typescript-for-tslab');
  const { SyntaxKind } = ts;
  const closers = new Map([
    [SyntaxKind.OpenBraceToken, '}'],
    [SyntaxKind.OpenParenToken, ')'],
    [SyntaxKind.OpenBracketToken, ']'],
  ]);
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, code);
  const open = [];
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (closers.has(kind)) open.push(closers.get(kind));
    else if ([...closers.values()].includes(scanner.getTokenText())) open.pop();
  }
  const inner = open.lastIndexOf(')');
  const arrow = open.map((closer, i) => (i === inner ? ') => 0' : closer));
  return inner < 0 ? [] : [arrow.reverse().join('')];
}

/** Indentation of the next line: tslab's, which knows opening and closing brackets, otherwise that of the last line. */
function indentOf(code) {
  const { indent } = tslab('./converter.js').isCompleteCode(code);
  return indent ?? /^[ \t]*/.exec(code.slice(code.lastIndexOf('\n') + 1))[0];
}

module.exports = { isComplete };
