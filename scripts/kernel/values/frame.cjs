'use strict';

const { inspect } = require('node:util');
const { edgesOf } = require('./numbers.cjs');
const { contentBundle } = require('./table.cjs');

/** Up to this many rows or columns all are shown, otherwise half of them from the start and half from the end. */
const mostRows = 20;
const mostColumns = 20;
const edgeRows = 5;
const edgeColumns = 10;
const mostLetters = 100;

/** True for a data frame or series of danfo.js. */
function isDataFrame(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.$isSeries === 'boolean' &&
    Array.isArray(value.index) &&
    Array.isArray(value.dtypes)
  );
}

/** The frame with its index and the types of its columns. */
function frameBundle(frame) {
  const { index, dtypes, values, $isSeries: isSeries } = frame;
  const columns = frame.columns.map(String);
  const cellOf = isSeries ? (r) => values[r] : (r, c) => values[r][c];
  const rows = edgesOf(index.length, index.length > mostRows ? edgeRows : index.length);
  const shown = edgesOf(columns.length, columns.length > mostColumns ? edgeColumns : columns.length);
  const gapAt = rows.indexOf(null);
  return contentBundle({
    columns: ['', ...shown.map((c) => (c === null ? '…' : columns[c]))],
    types: ['', ...shown.map((c) => (c === null ? '' : dtypes[c]))],
    cells: rows
      .filter((r) => r !== null)
      .map((r) => [cell(index[r]), ...shown.map((c) => (c === null ? '…' : cell(cellOf(r, c))))]),
    gap: gapAt < 0 ? undefined : { at: gapAt, rows: index.length - 2 * edgeRows },
    rowNames: true,
    notes: [sizeText(index.length, isSeries ? null : columns.length)],
  });
}

function sizeText(rows, columns) {
  const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return columns === null ? counted(rows, 'row') : `${counted(rows, 'row')} × ${counted(columns, 'column')}`;
}

/** Values for table cells: numbers, and anything else as text. */
function cell(value) {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : inspect(value, { depth: 1, maxStringLength: mostLetters });
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}

module.exports = { isDataFrame, frameBundle };
