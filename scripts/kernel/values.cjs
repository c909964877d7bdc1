'use strict';

const { isDataFrame, frameBundle } = require('./values/frame.cjs');
const { isError, errorText } = require('./values/error.cjs');
const { plainText } = require('./values/plain.cjs');
const { isTensor, tensorText } = require('./values/tensor.cjs');
const { tableBundle } = require('./values/table.cjs');
const { isTypedArray, typedArrayText } = require('./values/typedArray.cjs');

/**
 * Name of the method with which an object defines how it is shown: a table (`{ caption, rows, notes }`) or a bundle.
 */
const show = Symbol.for('xkd.show');

/**
 * What is shown of the last value of a cell: media types with their content.
 *
 * @returns {Record<string, unknown> | null} null if nothing is to be shown; always includes `text/plain`
 */
function bundleOf(value) {
  if (value === undefined) return null;
  try {
    return knownBundle(value);
  } catch (error) {
    return { 'text/plain': `This value could not be shown: ${reasonOf(error)}` };
  }
}

function knownBundle(value) {
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && typeof value[show] === 'function') return shownBundle(value[show]());
  if (isDataFrame(value)) return frameBundle(value);
  if (isTensor(value)) return { 'text/plain': tensorText(value) };
  if (isTypedArray(value)) return { 'text/plain': typedArrayText(value) };
  if (isError(value)) return { 'text/plain': errorText(value) };
  return { 'text/plain': plainText(value) };
}

function shownBundle(shown) {
  return Array.isArray(shown?.rows) ? tableBundle(shown) : { 'text/plain': '', ...shown };
}

/** An error may be anything, even an object whose message cannot be read. */
function reasonOf(error) {
  try {
    return isError(error) ? error.message : String(error);
  } catch {
    return 'it throws an error without a message.';
  }
}

module.exports = { bundleOf };
