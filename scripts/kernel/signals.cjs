'use strict';

const vm = require('node:vm');

/** Places in the integers that are shared with the thread that sends the signal. */
const places = { synchronous: 0, listening: 1 };

/**
 * Calls a handler at each interrupt, before listeners of cells.
 *
 * tslab has synchronous code of a cell broken off by SIGINT. For that Node takes all listeners away, and on its return puts
 * the system's default below those that the cell has added: an interrupt would end the kernel. They are added anew. For a
 * moment there is nobody to listen; the thread that sends the signal waits for it to pass.
 *
 * @param shared integers: 1 while synchronous code of a cell runs, and 1 while a cell listens for the signal
 */
function listenForInterrupts(handler, shared) {
  process.on('SIGINT', handler);
  const othersOf = () => process.rawListeners('SIGINT').filter((listener) => listener !== handler);
  const tellListening = (is) => Atomics.store(shared, places.listening, is ? 1 : 0);
  process.on('newListener', (event, listener) => {
    if (event === 'SIGINT' && listener !== handler) tellListening(true);
  });
  process.on('removeListener', (event) => {
    if (event === 'SIGINT') tellListening(othersOf().length > 0);
  });
  const { runInThisContext } = vm;
  vm.runInThisContext = (...args) => {
    Atomics.store(shared, places.synchronous, 1);
    try {
      return runInThisContext(...args);
    } finally {
      const others = othersOf();
      if (others.length > 0) {
        process.removeAllListeners('SIGINT');
        for (const listener of [handler, ...others]) process.on('SIGINT', listener);
      }
      Atomics.store(shared, places.synchronous, 0);
      Atomics.notify(shared, places.synchronous);
    }
  };
}

module.exports = { listenForInterrupts, places };
