'use strict';

const { inspect } = require('node:util');

/** What is shown of the value of a cell's last expression; null for nothing. */
function bundleOf(value) {
  if (value === undefined || value === null) return null;
  return { 'text/plain': inspect(value) };
}

module.exports = { bundleOf };
