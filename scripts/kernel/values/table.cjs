'use strict';

/** From `xkd`, so that a value's table looks like those of `showTable`; loaded on demand, without TensorFlow. */
const tables = () => require('xkd/dist/table.js');

/** Rows as objects, with a caption and notes below: HTML and text. */
function tableBundle({ caption, rows, notes }) {
  return contentBundle(tables().rowsContent(rows, { caption, notes }));
}

/** A table with its columns and cells: HTML and text. */
function contentBundle(content) {
  const { contentHtml, contentText } = tables();
  return { 'text/html': contentHtml(content), 'text/plain': contentText(content) };
}

module.exports = { contentBundle, tableBundle };
