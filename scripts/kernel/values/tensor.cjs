'use strict';

const { inspect } = require('node:util');
const { bracketed, edgesOf } = require('./numbers.cjs');

/** Up to this many values all are shown, otherwise the first and last ones of each dimension. */
const mostShown = 200;

/** True for a tensor of any copy of TensorFlow.js. */
function isTensor(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray(value.shape) &&
    typeof value.dtype === 'string' &&
    typeof value.dataSync === 'function' &&
    'isDisposed' in value
  );
}

/** Type and shape, and the first and last values in nested brackets. Only those are read. */
function tensorText(tensor) {
  const title = titleOf(tensor);
  if (tensor.isDisposed) return `${title}, disposed: its values are gone`;
  if (tensor.dtype.startsWith('complex')) return `${title}; tf.real and tf.imag give its values`;
  if (tensor.size === 0) return `${title}, empty`;
  if (tensor.shape.length === 0) return `${title}: ${scalarText(valuesOf(tensor)[0])}`;
  return `${title}\n${bracketed(edgeValues(tensor))}`;
}

function titleOf({ constructor, name, dtype, shape }) {
  const kind = constructor.name === 'Variable' ? `Variable ${JSON.stringify(name)}` : 'Tensor';
  return shape.length === 0 ? `${kind}, ${dtype}, scalar` : `${kind}, ${dtype}, shape [${shape.join(', ')}]`;
}

/** A 32-bit float holds seven digits. */
function scalarText(value) {
  return typeof value === 'number' ? String(Number(value.toPrecision(7))) : inspect(value);
}

/** Nested lists of the values at the edges of all dimensions, with null for omitted values. */
function edgeValues(tensor) {
  const { shape, size } = tensor;
  const kept = shape.map((length, d) => edgesOf(length, size > mostShown ? edgeOf(d, shape.length) : length));
  // Each dimension as runs of consecutive indices: one, or the first and the last ones.
  const runs = kept.map((indices) => runsOf(indices));
  const values = new Map();
  for (const box of combinations(runs)) readBox(tensor, box, values);
  const nest = (place) =>
    place.length === shape.length
      ? values.get(place.join())
      : kept[place.length].map((i) => (i === null ? null : nest([...place, i])));
  return nest([]);
}

/** Number of first and last items shown of a dimension: fewer for the outer ones, whose items take many lines. */
function edgeOf(dimension, rank) {
  const isInner = dimension >= rank - 2;
  if (rank <= 3) return isInner ? 3 : 2;
  return isInner && rank === 4 ? 2 : 1;
}

function runsOf(indices) {
  const gap = indices.indexOf(null);
  return gap < 0 ? [indices] : [indices.slice(0, gap), indices.slice(gap + 1)];
}

function combinations(lists) {
  return lists.reduce((all, list) => all.flatMap((before) => list.map((item) => [...before, item])), [[]]);
}

/** Reads one corner: a slice, which is disposed at once. */
function readBox(tensor, box, into) {
  const sizes = box.map((indices) => indices.length);
  const isWhole = sizes.every((size, d) => size === tensor.shape[d]);
  const slice = isWhole
    ? tensor
    : tensor.slice(
        box.map(([first]) => first),
        sizes,
      );
  try {
    const data = valuesOf(slice);
    combinations(box).forEach((place, i) => into.set(place.join(), data[i]));
  } finally {
    if (slice !== tensor) slice.dispose();
  }
}

function valuesOf(tensor) {
  const data = Array.from(tensor.dataSync());
  return tensor.dtype === 'bool' ? data.map(Boolean) : data;
}

/**
 * Shows a tensor inside other values as its title instead of its internals. This is set on the class, so that the
 * console uses it as well.
 */
function shortenInside(tensor) {
  let prototype = Object.getPrototypeOf(tensor);
  // A variable's class is derived from that of tensors.
  while (!Object.hasOwn(prototype, 'dataSync') && prototype !== Object.prototype) {
    prototype = Object.getPrototypeOf(prototype);
  }
  if (prototype === Object.prototype || inspect.custom in prototype) return;
  Object.defineProperty(prototype, inspect.custom, {
    value() {
      return `<${titleOf(this)}${this.isDisposed ? ', disposed' : ''}>`;
    },
    configurable: true,
  });
}

module.exports = { isTensor, tensorText, shortenInside };
