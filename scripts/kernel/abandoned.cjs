'use strict';

const { Interruption } = require('./failures.cjs');

/**
 * A loop of an interrupted cell goes on behind its `await`. So that it does not print below later cells for ever, it is
 * ended by an error when it next prints or shows something. Before Node 24 it goes on.
 *
 * @param isAbandoned whether the calling code belongs to an abandoned cell
 * @returns a function that makes others throw when abandoned code calls them
 */
function endAbandoned(isAbandoned) {
  const guarded =
    (work) =>
    (...args) => {
      if (isAbandoned()) throw new Interruption();
      return work(...args);
    };
  // Its methods hide errors of the streams that they write to.
  for (const [name, method] of Object.entries(console)) {
    if (typeof method === 'function') console[name] = guarded(method);
  }
  return guarded;
}

module.exports = { endAbandoned };
