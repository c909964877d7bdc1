'use strict';

/**
 * Makes the stacks of errors name places in cells by the lines that the user wrote, and end with the cell: below it are
 * tslab, Node and the kernel. So they read well wherever a cell prints one, with `console.log(error)`, `console.trace()` or
 * inside a value.
 *
 * @param positions where the JavaScript of cells comes from
 */
function tellCells(positions) {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => frameOf(site, positions));
    const last = frames.findLastIndex(({ place }) => place !== null);
    const shown = last < 0 ? frames : frames.slice(0, last + 1).filter(isOfUser);
    return [headingOf(error), ...shown.map(({ text }) => `    at ${text}`)].join('\n');
  };
}

/** `place` is the one in a cell, null in other files; `isWrapper` tells of a cell's code that the user did not write. */
function frameOf(site, positions) {
  const text = String(site);
  const file = site.getScriptNameOrSourceURL();
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (!positions.has(file)) return { text, place: null, isWrapper: false };
  const place = positions.find(file, line, column);
  if (place === null) return { text, place, isWrapper: true };
  const isUnnamed = site.getFunctionName() === null;
  const own = `${file}:${place.line}:${place.column}`;
  return { text: text.replace(`${file}:${line}:${column}`, () => own), place, isUnnamed };
}

/** tslab calls the function in which it has wrapped the cell: the same line twice. */
function isOfUser({ place, isUnnamed, isWrapper }, index, frames) {
  const before = frames[index - 1]?.place;
  return !isWrapper && !(isUnnamed && before && before.line === place.line);
}

function headingOf(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // its name or message throws when it is read
  }
}

module.exports = { tellCells };
