'use strict';

const { types } = require('node:util');

function isError(value) {
  return types.isNativeError(value) || value instanceof Error;
}

/** An error that was not thrown: its name, message and causes. Its stack is of no interest. */
function errorText(error) {
  const lines = [];
  const seen = new Set();
  for (let cause = error; isError(cause) && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    lines.push(`${lines.length > 0 ? 'caused by ' : ''}${cause.name}: ${cause.message}`);
  }
  return lines.join('\n');
}

module.exports = { isError, errorText };
