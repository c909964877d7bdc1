'use strict';

const path = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

const heapAddon = path.join(__dirname, '..', '..', '.native', 'addon', 'heap.node');

/**
 * Frees what cells have let go of. Tensors, native sessions and threads are freed when the garbage collector finds that
 * nobody has their owners any more; it knows nothing of the memory behind them and would wait for long, so it is called
 * after cells that have put new objects in the place of old ones, or that leave more behind than there was. What the C
 * library has freed then goes back to the system.
 */
class Memory {
  #counts = [];
  #known = 0;
  #collectGarbage = null;
  #heap = null;
  #finalized = new FinalizationRegistry((tell) => tell());

  /** Says how many things there are that are freed with their owners, such as tensors. */
  watch(count) {
    this.#counts.push(count);
  }

  /**
   * To be called after each cell, when nothing of the kernel's holds its values.
   *
   * @param replaced whether the cell has replaced objects
   */
  async settle(replaced) {
    if (!replaced && this.#count() <= this.#known) return;
    await this.#collect();
    // Sessions and threads go once those are gone whose values lie in them.
    if (replaced) await this.#collect();
    this.#heap ??= loadHeap();
    this.#heap.release();
    this.#known = this.#count();
  }

  #count() {
    return this.#counts.reduce((sum, count) => sum + count(), 0);
  }

  /** Returns when what was found has been freed. */
  async #collect() {
    this.#collectGarbage ??= garbageCollector();
    const found = this.#whenFound();
    this.#collectGarbage();
    await found;
    // One registry after the other is told, each in a turn of its own.
    for (let turn = 0; turn < 3; turn++) await nextTurn();
  }

  /** Resolves when the garbage collector has told of an object that nobody has. */
  #whenFound() {
    return new Promise((tell) => this.#finalized.register({}, tell));
  }
}

function garbageCollector() {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

function loadHeap() {
  try {
    return require(heapAddon);
  } catch {
    // Without the addon (a set-up that has not ended) the process stays as large as it has been.
    return { release: () => undefined };
  }
}

module.exports = { Memory };
