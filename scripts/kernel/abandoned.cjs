'use strict';

const { Interruption } = require('./failures.cjs');

/**
 * A loop of an interrupted cell goes on behind its `await`. So that it does not print below later cells for ever, it is
 * ended by an error when it next prints or shows something. What it prints on its way out is dropped, so that it can
 * clean up. Before Node 24 it goes on.
 *
 * @param abandonedCell returns the abandoned cell that the calling code belongs to, or null
 * @returns a function that guards others in the same way
 */
function endAbandoned(abandonedCell) {
  const guarded = (work) =>
    function (...args) {
      const cell = abandonedCell();
      if (cell === null) return work.apply(this, args);
      if (cell.ended) return undefined;
      cell.ended = true;
      throw new Interruption();
    };
  // Methods of the console hide errors of the streams that they write to.
  for (const [name, method] of Object.entries(console)) {
    if (typeof method === 'function' && name !== 'Console') console[name] = guarded(method);
  }
  for (const stream of [process.stdout, process.stderr]) stream.write = guarded(stream.write);
  return guarded;
}

module.exports = { endAbandoned };
