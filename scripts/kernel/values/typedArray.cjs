'use strict';

const { types } = require('node:util');
const { bracketed, edgesOf } = require('./numbers.cjs');

/** Up to this many values all are shown, otherwise the first and last ones. */
const mostShown = 100;
const edge = 5;

function isTypedArray(value) {
  return types.isTypedArray(value);
}

/** Type, length, and the first and last values, as in `Float32Array(1000) [0.5, 1, ..., 2]`. */
function typedArrayText(array) {
  const { length } = array;
  const parts = edgesOf(length, length > mostShown ? edge : length).map((i) =>
    i === null ? null : array[i],
  );
  const values = bracketed(parts);
  return `${array.constructor.name}(${length})${values.includes('\n') ? '\n' : ' '}${values}`;
}

module.exports = { isTypedArray, typedArrayText };
