'use strict';

/*
 * Rewrites code that tslab misunderstands before it compiles a cell. tslab reads a name of an earlier cell from its own
 * object of names, but overlooks it in the shorthand `{ figure }`, which then fails with "figure is not defined";
 * written out, `{ figure: figure }`, it works. It also exports all declarations of a cell itself, so that those with
 * their own `export` or in `export { figure }`, as in code copied from a module, would be exported twice.
 */

/** The source of a cell for tslab's converter; source that cannot be parsed is returned unchanged. */
function forTslab(ts, source) {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  if (file.parseDiagnostics.length > 0) return source;
  /** Replacements of the text from `start` to `end`. */
  const edits = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) {
      const { end, text } = node.name;
      edits.push({ start: end, end, text: `: ${text}` });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const statement of file.statements) {
    const { modifiers, end } = statement;
    if (isExportOfOwn(ts, statement)) {
      const start = statement.getStart(file);
      edits.push({ start, end, text: source.slice(start, end).replace(/[^\n]/g, ' ') });
    }
    const [first, second] = modifiers ?? [];
    if (first?.kind !== ts.SyntaxKind.ExportKeyword || second?.kind === ts.SyntaxKind.DefaultKeyword)
      continue;
    // Spaces preserve the positions that messages report.
    const start = first.end - 'export'.length;
    edits.push({ start, end: first.end, text: ' '.repeat('export'.length) });
  }
  let text = source;
  for (const edit of edits.sort((a, b) => b.start - a.start)) {
    text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  }
  return text;
}

/** True for `export { a, b }` of names that the cell declares, which are exported anyway. */
function isExportOfOwn(ts, statement) {
  return (
    ts.isExportDeclaration(statement) &&
    statement.moduleSpecifier === undefined &&
    statement.exportClause !== undefined &&
    statement.exportClause.elements.every(({ propertyName }) => propertyName === undefined)
  );
}

/**
 * True if a cell uses await outside its functions. tslab overlooks `await (...)` and the like, which in a script may be
 * a call.
 */
function awaitsAtTop(ts, source) {
  // In a module `await` is a keyword.
  const module = `export {};${source}`;
  const file = ts.createSourceFile('cell.ts', module, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const awaits = (node) => {
    if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)) return false;
    const isAwait =
      ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
    return isAwait || ts.forEachChild(node, awaits) === true;
  };
  return awaits(file);
}

/** Programs that IPython notebooks call; other words after a `!` are names. */
const programs =
  'ls|cat|cd|pwd|echo|head|tail|mkdir|rm|cp|mv|df|du|free|which|git|npm|npx|node|pip3?|conda|python3?|bash|sh|apt|apt-get|wget|curl|unzip|tar|ffmpeg|ffprobe|nvidia-smi';
const ofIpython = new RegExp(`^\\s*(?:%%?[A-Za-z_]|!(?:${programs})\\b)`);

/**
 * The message for a cell with IPython commands, which says what to write instead.
 *
 * @param lines lines at which TypeScript rejected the cell, from 0
 * @returns null if these lines contain no such command
 */
function ipythonSentence(source, lines) {
  const all = source.split('\n');
  const command = lines
    .map((line) => all[line] ?? '')
    .find((line) => ofIpython.test(line))
    ?.trim();
  if (command === undefined) return null;
  return `"${command}" is a command of IPython, and cells here are TypeScript: ${wayOf(command)}.`;
}

/** The declaration of a resource, which TypeScript 5.0 does not know; with `await`, and in the head of a loop. */
const resource = /(?:^|[{};(]|\bawait)\s*using\s+([\w$]+)\s*(?:=|:|of\b)/;

/**
 * A sentence for a cell that declares a resource with `using`.
 *
 * @param lines lines at which TypeScript rejected the cell, from 0
 * @returns null if these lines contain no such declaration
 */
function usingSentence(source, lines) {
  const all = source.split('\n');
  const [match] = lines.map((line) => resource.exec(all[line] ?? '')).filter((found) => found !== null);
  if (match === undefined) return null;
  const [, name] = match;
  return `Cells do not know "using": declare ${name} with const, and dispose of it in a finally block.`;
}

/**
 * A sentence for a cell that asks for input as a page of the web does.
 *
 * @param messages TypeScript's
 * @returns null if none of them says so
 */
function inputSentence(messages) {
  const name = messages
    .map((text) => /^Cannot find name '(prompt|confirm|alert)'/.exec(text)?.[1])
    .find(Boolean);
  if (name === undefined) return null;
  const wayOut = name === 'alert' ? 'write console.log()' : 'assign the value in the cell';
  return `${name}() belongs to pages of the web: ${wayOut}.`;
}

function wayOf(command) {
  if (/^%%?time/.test(command))
    return 'write console.time() above what is to be timed and console.timeEnd() below it';
  if (!command.startsWith('!')) return 'leave the line out, or write it in TypeScript';
  const quoted = JSON.stringify(command.slice(1).trim());
  return `write console.log(String(require('node:child_process').execSync(${quoted})))`;
}

module.exports = { awaitsAtTop, forTslab, inputSentence, ipythonSentence, usingSentence };
