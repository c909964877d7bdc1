'use strict';

/**
 * Lets a cell that listens for SIGINT end by itself: tslab would abandon it at once, which loses the names that the cell
 * declares, while its loop runs on unseen. A second interrupt abandons it all the same. A cell that was interrupted
 * counts as failed, as in other kernels, so that the cells which wait behind it are not run.
 *
 * @param executor tslab's module of that name, changed in place
 */
function letCellsEnd(executor) {
  const { createExecutor } = executor;
  executor.createExecutor = (...args) => {
    const inner = createExecutor(...args);
    let asked = false;
    return {
      ...inner,
      async execute(source) {
        asked = false;
        const succeeded = await inner.execute(source);
        if (succeeded && asked) console.error('Interrupted: cells that waited behind this one were not run.');
        return succeeded && !asked;
      },
      interrupt() {
        // tslab's own listener is one.
        const cellListens = process.listenerCount('SIGINT') > 1;
        if (asked || !cellListens) inner.interrupt();
        asked = true;
      },
    };
  };
}

module.exports = { letCellsEnd };
