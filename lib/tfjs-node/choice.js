const fs = require('node:fs');
const path = require('node:path');

const file = path.join(__dirname, '..', '..', '.native', 'backend.json');

let computes = true;

/** To be called before TensorFlow is loaded, in a process that computes no values: plain JavaScript is enough for shapes. */
function chooseNoLibrary() {
  computes = false;
}

/**
 * What set-up chose, from .native/backend.json: kind ('native' or 'fallback'), tensorflow (version),
 * device ('cpu' or 'gpu'), package (folder of the user's own tfjs-node, if any) and reason.
 * XKD_TFJS_NODE overrules the package.
 */
function readChoice() {
  if (!computes) return { kind: 'fallback', reason: 'no values are computed' };
  let choice = { kind: 'native' };
  try {
    choice = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    // Set-up has not run: the package itself says what it misses.
  }
  const own = process.env.XKD_TFJS_NODE;
  return own ? { ...choice, kind: 'native', package: path.resolve(own), reason: 'XKD_TFJS_NODE' } : choice;
}

module.exports = { chooseNoLibrary, readChoice };
