'use strict';

/* Numbers in brackets, as NumPy and PyTorch print them: the first and last ones of each dimension, aligned. */

const lineWidth = 100;

/** Indices of the first and last `edge` of `length` items, with null for those between. */
function edgesOf(length, edge) {
  const all = Array.from({ length: Math.min(length, 2 * edge) }, (_, i) => i);
  if (length <= 2 * edge) return all;
  return [...all.slice(0, edge), null, ...all.slice(0, edge).map((i) => length - edge + i)];
}

/** Nested lists of values in brackets; null stands for omitted values. */
function bracketed(nested) {
  const numbers = nested.flat(Infinity).filter((value) => value !== null);
  const format = formatOf(numbers);
  const width = Math.max(0, ...numbers.map((value) => format(value).length));
  return write(nested, (value) => format(value).padStart(width), 1);
}

function write(list, format, indent) {
  if (!list.some(Array.isArray)) return row(list, format, indent);
  // Matrices are separated by an empty line, as in NumPy.
  const depth = depthOf(list);
  const between = `${depth > 2 ? '\n' : ''}\n${' '.repeat(indent)}`;
  return `[${list.map((part) => (part === null ? '...' : write(part, format, indent + 1))).join(`,${between}`)}]`;
}

function row(list, format, indent) {
  const lines = [];
  let line = '';
  list.forEach((value, i) => {
    const text = `${value === null ? '...' : format(value)}${i < list.length - 1 ? ',' : ''}`;
    if (line !== '' && indent + line.length + text.length > lineWidth) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? text : ` ${text}`;
  });
  return `[${[...lines, line].join(`\n${' '.repeat(indent)}`)}]`;
}

function depthOf(list) {
  return 1 + Math.max(0, ...list.filter(Array.isArray).map(depthOf));
}

/**
 * One notation for all numbers of a tensor: integers, four decimals, or with an exponent if these would hide digits.
 */
function formatOf(values) {
  const finite = values.filter((value) => typeof value === 'number' && Number.isFinite(value));
  const sizes = finite.map(Math.abs).filter((size) => size > 0);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const isExponential =
    most >= 1e8 || (finite.some((value) => !Number.isInteger(value)) && (most >= 1e5 || least < 1e-4));
  return (value) => {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value !== 'number' || !Number.isFinite(value)) return String(value);
    if (isExponential) return value.toExponential(4);
    return finite.every(Number.isInteger) ? String(value) : value.toFixed(4);
  };
}

module.exports = { bracketed, edgesOf };
