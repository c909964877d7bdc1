'use strict';

const path = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

const heapAddon = path.join(__dirname, '..', '..', '.native', 'addon', 'heap.node');

/**
 * Frees what cells no longer reference. Tensors, native sessions and threads are freed when the garbage collector finds
 * that their owners are unreachable. It does not know of the native memory behind them and would wait for long, so it
 * is called after cells that replaced objects, or that leave more of them than before. Memory that the C library has
 * freed is then returned to the system.
 */
class Memory {
  #counts = [];
  #known = 0;
  #collectGarbage = null;
  #heap = null;
  #finalized = new FinalizationRegistry((tell) => tell());
  #undisturbed;

  /** @param undisturbed runs code that an interrupt must not end half-way: nothing would be run after it */
  constructor(undisturbed = (work) => work()) {
    this.#undisturbed = undisturbed;
  }

  /** Registers a count of objects that are freed with their owners, such as tensors. */
  watch(count) {
    this.#counts.push(count);
  }

  /**
   * To be called after each cell, when the kernel itself no longer holds the cell's values.
   *
   * @param replaced whether the cell has replaced objects
   */
  async settle(replaced) {
    if (!replaced && this.#count() <= this.#known) return;
    await this.#collect();
    // Sessions and threads are freed only after the values that they hold.
    if (replaced) await this.#collect();
    this.#heap ??= loadHeap();
    this.#undisturbed(() => this.#heap.release());
    this.#known = this.#count();
  }

  #count() {
    return this.#counts.reduce((sum, count) => sum + count(), 0);
  }

  /** Resolves when the unreachable objects have been freed. */
  async #collect() {
    this.#collectGarbage ??= garbageCollector();
    let isFound = false;
    this.#finalized.register({}, () => (isFound = true));
    // A collection that had already begun keeps what was created since then, and finds it the next time.
    for (let round = 0; round < mostRounds && !isFound; round++) {
      this.#undisturbed(this.#collectGarbage);
      for (let turn = 0; turn < turnsOfRound && !isFound; turn++) await nextTurn();
    }
    // Finalisation registries are notified one after the other, each in its own turn of the event loop.
    for (let turn = 0; turn < 3; turn++) await nextTurn();
  }
}

/** The cells that wait must not wait for ever for the garbage collector. */
const [mostRounds, turnsOfRound] = [3, 10];

function garbageCollector() {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

function loadHeap() {
  try {
    return require(heapAddon);
  } catch {
    // Without the addon (an incomplete set-up) the process does not shrink.
    return { release: () => undefined };
  }
}

module.exports = { Memory };
