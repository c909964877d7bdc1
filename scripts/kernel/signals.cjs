'use strict';

const vm = require('node:vm');

/**
 * Calls a handler at each interrupt, before listeners of cells.
 *
 * tslab has synchronous code of a cell broken off by SIGINT. For that Node takes all listeners away, and on its return puts
 * the system's default below those that the cell has added: an interrupt would end the kernel. They are added anew.
 */
function listenForInterrupts(handler) {
  process.on('SIGINT', handler);
  const { runInThisContext } = vm;
  vm.runInThisContext = (...args) => {
    try {
      return runInThisContext(...args);
    } finally {
      const others = process.rawListeners('SIGINT').filter((listener) => listener !== handler);
      if (others.length > 0) {
        process.removeAllListeners('SIGINT');
        for (const listener of [handler, ...others]) process.on('SIGINT', listener);
      }
    }
  };
}

module.exports = { listenForInterrupts };
