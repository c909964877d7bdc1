'use strict';

const vm = require('node:vm');

/**
 * Calls a handler at each interrupt, before listeners of cells.
 *
 * tslab has synchronous code of a cell broken off by SIGINT. For that Node takes all listeners away, and on its return puts
 * the system's default below those that the cell has added: an interrupt would end the kernel. They are added anew. For a
 * moment there is nobody to listen; `synchronous` tells the thread that sends the signal to wait for it to pass.
 *
 * @param synchronous one shared integer: 1 while synchronous code of a cell runs
 */
function listenForInterrupts(handler, synchronous) {
  process.on('SIGINT', handler);
  const { runInThisContext } = vm;
  vm.runInThisContext = (...args) => {
    Atomics.store(synchronous, 0, 1);
    try {
      return runInThisContext(...args);
    } finally {
      const others = process.rawListeners('SIGINT').filter((listener) => listener !== handler);
      if (others.length > 0) {
        process.removeAllListeners('SIGINT');
        for (const listener of [handler, ...others]) process.on('SIGINT', listener);
      }
      Atomics.store(synchronous, 0, 0);
      Atomics.notify(synchronous, 0);
    }
  };
}

module.exports = { listenForInterrupts };
