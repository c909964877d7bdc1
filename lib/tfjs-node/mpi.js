const fs = require('node:fs');
const path = require('node:path');

const addon = path.join(__dirname, '..', '..', '.native', 'addon', 'mpi.node');
const chosen = path.join(__dirname, '..', '..', '.native', 'mpi.json');

/** The addon of lib/native/mpi.c; null where set-up could not compile it. It does not need TensorFlow. */
function mpiAddon() {
  return fs.existsSync(addon) ? require(addon) : null;
}

/** The MPI that set-up chose: `library`, and `mpiexec` or null; null before set-up was asked for one. */
function mpiChoice() {
  try {
    return JSON.parse(fs.readFileSync(chosen, 'utf8'));
  } catch {
    return null;
  }
}

module.exports = { mpiAddon, mpiChoice };
