const path = require('node:path');

const addon = path.join(__dirname, '..', '..', '.native', 'addon', 'quiet.node');
/** What TensorFlow says on stderr while it is being loaded, before its log level counts. */
const notice =
  /^(I\d{4} |\d{4}-\d{2}-\d{2} [\d:.]+: I |WARNING: All log messages before absl|To enable the following instructions)/;

/** Loads TensorFlow without its notices, unless the user's TF_CPP_MIN_LOG_LEVEL asks for them. */
function quietly(load) {
  const keeper = Number(process.env.TF_CPP_MIN_LOG_LEVEL) >= 1 ? loadKeeper() : undefined;
  if (!keeper) return load();
  keeper.begin();
  try {
    return load();
  } finally {
    const lines = keeper.end().split('\n');
    const rest = lines.filter((line) => line && !notice.test(line));
    if (rest.length > 0) process.stderr.write(`${rest.join('\n')}\n`);
  }
}

function loadKeeper() {
  try {
    return require(addon);
  } catch {
    // Without the addon (the user's own TensorFlow) the notices are seen, and nothing is lost.
    return undefined;
  }
}

module.exports = { quietly };
