'use strict';

/**
 * What cells have opened, such as widgets: it is closed when its cell is run again, whose outputs the front end then takes
 * away. Values that cells hold are left alone; what nobody holds any more is freed by {@link Memory}.
 */
class Reruns {
  /** How to close what each cell has opened, by the cell's key. */
  #opened = new Map();
  #key = null;

  /**
   * To be called when a cell begins: closes what an earlier run of it has opened.
   *
   * @returns whether there was anything
   */
  begin({ message: { metadata, content } }) {
    // Front ends that send no id, such as nbclient: a cell is known by its text.
    this.#key = metadata?.cellId ?? content.code;
    const closers = this.#opened.get(this.#key);
    this.#opened.delete(this.#key);
    closers?.forEach(callSafely);
    return closers !== undefined;
  }

  /**
   * Calls back when the cell that runs, or the newest one, is run again.
   *
   * @returns how to have it forgotten
   */
  add(close) {
    const key = this.#key;
    const closers = this.#opened.get(key) ?? new Set();
    this.#opened.set(key, closers.add(close));
    return () => {
      closers.delete(close);
      if (closers.size === 0 && this.#opened.get(key) === closers) this.#opened.delete(key);
    };
  }
}

/** An error of a callback is told of, and keeps no cell from being run. */
function callSafely(close) {
  try {
    close();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

module.exports = { Reruns };
