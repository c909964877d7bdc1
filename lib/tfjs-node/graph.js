const fs = require('node:fs');
const path = require('node:path');
require('./index');

const addon = path.join(__dirname, '..', '..', '.native', 'addon', 'graph.node');
let opened;

/**
 * The addon of lib/native/graph.c, opened on the TensorFlow that this process has loaded; null where there is no
 * native TensorFlow, or where the addon could not be compiled.
 */
function graphAddon() {
  opened ??= { addon: open() };
  return opened.addon;
}

function open() {
  const binding = Object.keys(require.cache).find((file) => path.basename(file) === 'tfjs_binding.node');
  if (binding === undefined || !fs.existsSync(addon)) return null;
  const graph = require(addon);
  const ops = graph.open(binding);
  // An addon of an earlier version, before set-up has run again, gives no list.
  return { ...graph, ops: Array.isArray(ops) ? ops : [] };
}

module.exports = { graphAddon };
