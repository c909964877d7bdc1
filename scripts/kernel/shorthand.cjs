'use strict';

/*
 * tslab reads a name of an earlier cell from its own object of names, but overlooks it in the shorthand `{ figure }`,
 * which then fails with "figure is not defined". Written out, `{ figure: figure }`, it works.
 */

/** Writes out the shorthand properties of a cell; source that cannot be parsed stays as it is. */
function writeOutShorthands(ts, source) {
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  if (file.parseDiagnostics.length > 0) return source;
  const names = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  let text = source;
  for (const name of names.sort((a, b) => b.end - a.end)) {
    text = `${text.slice(0, name.end)}: ${name.text}${text.slice(name.end)}`;
  }
  return text;
}

module.exports = { writeOutShorthands };
