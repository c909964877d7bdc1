'use strict';

/**
 * Makes error stacks name positions in cells by the user's lines, and end at the cell: below it are tslab, Node and the
 * kernel. Stacks are then readable wherever a cell prints one, with `console.log(error)`, `console.trace()` or inside a
 * value.
 *
 * @param positions source positions of the cells' JavaScript
 */
function tellCells(positions) {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => frameOf(site, positions));
    const last = frames.findLastIndex(({ place }) => place !== null);
    const shown = last < 0 ? frames : frames.slice(0, last + 1).filter(isOfUser);
    return [headingOf(error), ...shown.map(({ text }) => `    at ${text}`)].join('\n');
  };
}

/**
 * `place` is the position in a cell, null in other files; `isWrapper` marks code of a cell that the user did not write.
 */
function frameOf(site, positions) {
  const text = String(site);
  const file = site.getScriptNameOrSourceURL();
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  // Methods of the console are wrapped, see abandoned.cjs.
  if (!positions.has(file)) return { text, place: null, isWrapper: file?.startsWith(__dirname) ?? false };
  const place = positions.find(file, line, column);
  if (place === null) return { text, place, isWrapper: true };
  const isUnnamed = site.getFunctionName() === null;
  const own = `${file}:${place.line}:${place.column}`;
  return { text: text.replace(`${file}:${line}:${column}`, () => own), file, place, isUnnamed };
}

/** The last frame is that of tslab, which calls the function in which it has wrapped the cell. */
function isOfUser({ file, isUnnamed, isWrapper }, index, frames) {
  const before = frames[index - 1];
  const isCall = index === frames.length - 1 && isUnnamed && before?.isUnnamed && before.file === file;
  return !isWrapper && !isCall;
}

function headingOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // reading its name or message throws
  }
}

module.exports = { tellCells };
