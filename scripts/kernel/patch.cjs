'use strict';

/*
 * Loaded by Node before tslab (`node -r`, from the kernelspec that set-up writes): what notebooks need and tslab has
 * not. Processes and threads that the kernel starts inherit the option, and are left alone.
 */

const { createRequire } = require('node:module');
const { isMainThread } = require('node:worker_threads');
const { letCellsEnd } = require('./interrupt.cjs');
const { addMessages } = require('./messages.cjs');
const { mendShorthands } = require('./shorthand.cjs');

const [, program = '', command] = process.argv;

if (isMainThread && command === 'kernel' && /tslab/.test(program)) {
  const tslab = createRequire(require.resolve('tslab/dist/main.js'));
  mendShorthands(tslab('./converter.js'), tslab('@tslab/typescript-for-tslab'));
  letCellsEnd(tslab('./executor.js'));
  /** Where `lib/notebook/widgets` finds them. */
  globalThis[Symbol.for('xkd.comms')] = addMessages(tslab('./jupyter.js'));
}
