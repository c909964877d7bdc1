'use strict';

const { Readable } = require('node:stream');

const sentence =
  'A cell of a notebook cannot read from the keyboard: assign the value in the cell instead, or use a control such as ' +
  'controlPanel().';

/**
 * Makes reading from stdin fail: a kernel has no stdin, so reading a line from it would wait for ever.
 *
 * @param fail ends the running cell with an error
 */
function refuseStdin(fail) {
  const refusal = () => Object.assign(new Error(sentence), { name: 'UserError' });
  const open = () =>
    new Readable({
      read() {
        this.destroy();
        fail(refusal());
      },
    });
  let stdin = open();
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => (stdin.destroyed ? (stdin = open()) : stdin),
  });
  globalThis.prompt = () => {
    throw refusal();
  };
}

module.exports = { refuseStdin };
