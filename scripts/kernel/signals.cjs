'use strict';

const vm = require('node:vm');

/**
 * Indices of the integers shared with the thread that receives interrupts: whether synchronous code of a cell runs,
 * whether a cell listens for the signal, how many pieces of the kernel's own code are running, and the number of the
 * newest interrupt that the main thread has processed.
 */
const places = { synchronous: 0, listening: 1, own: 2, heard: 3 };

const sharedIntegers = () => new Int32Array(new SharedArrayBuffer(4 * Object.keys(places).length));

/**
 * Calls a handler at each interrupt, before listeners of cells. Interrupts that arrive as messages are passed to the
 * same listeners.
 *
 * tslab lets SIGINT break off synchronous code of a cell. For this Node removes all listeners, and afterwards restores
 * the system's default action beneath the listeners that the cell has added: an interrupt would end the kernel. So they
 * are added again. For a moment there is no listener; the thread that receives interrupts sends none then.
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

/** Passes an interrupt that arrived as a message to the listeners of the signal. */
function hearInterrupt(number, shared) {
  Atomics.store(shared, places.heard, number);
  // Nothing of the kernel's own computes now; what was ended against expectation has not counted down.
  Atomics.store(shared, places.own, 0);
  process.emit('SIGINT', 'SIGINT');
}

/** Runs code of the kernel itself, such as the compilation of a cell, that an interrupt must not end half-way. */
function undisturbed(work, shared) {
  Atomics.add(shared, places.own, 1);
  try {
    return work();
  } finally {
    Atomics.sub(shared, places.own, 1);
  }
}

module.exports = { hearInterrupt, listenForInterrupts, places, sharedIntegers, undisturbed };
