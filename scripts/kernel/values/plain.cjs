'use strict';

const { inspect, types } = require('node:util');
const { isTensor, shortenInside } = require('./tensor.cjs');

const settings = { breakLength: 100, maxStringLength: 10_000 };

/**
 * Bounds that are tried, the most detailed first: depth, and number of items of a list. The first with at most
 * `mostValues` values is used. Node writes lists of at most six parts in one line.
 */
const bounds = [100, 20, 5]
  .map((items) => ({ depth: 4, items }))
  .concat([3, 2, 1, 0].map((depth) => ({ depth, items: 5 })));
const mostValues = 400;
const mostKeys = 100;
const mostLetters = 30_000;

/**
 * Any value as Node prints it, within bounds: long lists, texts and objects are cut and say by how much; deep ones are
 * only named.
 */
function plainText(value) {
  const { depth, items } =
    bounds.find((tried) => count(value, tried, mostValues) <= mostValues) ?? bounds.at(-1);
  const { shown, left } = firstKeys(value);
  const text = inspect(shown, { ...settings, depth, maxArrayLength: items });
  const whole =
    left > 0 ? text.replace(/,?\s*\}$/, `,\n  ... ${left} more ${left === 1 ? 'key' : 'keys'}\n}`) : text;
  if (whole.length <= mostLetters) return whole;
  return `${whole.slice(0, mostLetters)}... ${whole.length - mostLetters} more characters`;
}

/** Number of values shown within bounds; counting stops above `most`. */
function count(value, { depth, items }, most, above = new Set()) {
  if (typeof value !== 'object' || value === null || types.isProxy(value) || above.has(value)) return 1;
  if (isTensor(value)) {
    shortenInside(value);
    return 1;
  }
  if (types.isPromise(value)) hideAsyncIds(value);
  if (depth < 0) return 1;
  above.add(value);
  let counted = 1;
  for (const inner of insideOf(value, items)) {
    counted += count(inner, { depth: depth - 1, items }, most - counted, above);
    if (counted > most) break;
  }
  above.delete(value);
  return counted;
}

/**
 * Hides the properties that older versions of Node keep, and would show, on a promise while asynchronous calls are
 * tracked.
 */
function hideAsyncIds(promise) {
  for (const key of Object.getOwnPropertySymbols(promise)) {
    const ofNode = /^(async_id_symbol|trigger_async_id_symbol|kResourceStore)$/.test(key.description);
    if (ofNode) Object.defineProperty(promise, key, { enumerable: false });
  }
}

/** The values inside a value that Node shows; getters are not called. */
function* insideOf(value, items) {
  if (types.isTypedArray(value) || types.isAnyArrayBuffer(value)) return;
  if (Array.isArray(value)) yield* first(value, items);
  else if (types.isSet(value)) yield* first(value.values(), items);
  else if (types.isMap(value)) for (const pair of first(value.entries(), items)) yield* pair;
  else {
    for (const key of Object.keys(value)) yield Object.getOwnPropertyDescriptor(value, key).value;
  }
}

function* first(items, most) {
  let taken = 0;
  for (const item of items) {
    if (taken++ === most) return;
    yield item;
  }
}

/** Reduces an object with many keys to the first of them: Node would show all. */
function firstKeys(value) {
  const isCut = typeof value === 'object' && value !== null && !types.isProxy(value) && isPlain(value);
  const keys = isCut ? Object.keys(value) : [];
  if (keys.length <= mostKeys) return { shown: value, left: 0 };
  const shown = Object.create(Object.getPrototypeOf(value));
  for (const key of keys.slice(0, mostKeys)) {
    Object.defineProperty(shown, key, Object.getOwnPropertyDescriptor(value, key));
  }
  return { shown, left: keys.length - mostKeys };
}

function isPlain(value) {
  return Object.prototype.toString.call(value) === '[object Object]' && !(inspect.custom in value);
}

module.exports = { plainText };
