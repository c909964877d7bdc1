'use strict';

const { createRequire } = require('node:module');
const ofTslab = createRequire(require.resolve('tslab/dist/main.js'));

/** What is asked of the text of cells. */
function createLanguage({ converter }) {
  const { isCompleteCode } = ofTslab('./converter.js');
  const { printQuickInfo } = ofTslab('./inspect.js');
  return {
    complete(declarations, code, cursor) {
      const { start, end, candidates } = converter.complete(declarations, code, cursor);
      return { status: 'ok', matches: candidates, cursor_start: start, cursor_end: end, metadata: {} };
    },
    inspect(declarations, code, cursor) {
      const info = converter.inspect(declarations, code, cursor);
      const data = info ? { 'text/plain': printQuickInfo(info) } : {};
      return { status: 'ok', found: Boolean(info), data, metadata: {} };
    },
    isComplete(code) {
      const { completed, indent } = isCompleteCode(code);
      return completed ? { status: 'complete' } : { status: 'incomplete', indent };
    },
  };
}

module.exports = { createLanguage };
