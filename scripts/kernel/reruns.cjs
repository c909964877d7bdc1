'use strict';

/**
 * Things that cells have opened, such as widgets: they are closed when their cell is run again and the front end
 * removes its outputs. Values that cells hold are left alone; unreachable ones are freed by {@link Memory}.
 */
class Reruns {
  /** Functions that close what each cell has opened, by the cell's key. */
  #opened = new Map();
  #key = null;

  /**
   * To be called when a cell begins: closes what an earlier run of it opened.
   *
   * @returns true if there was anything to close
   */
  begin({ message: { metadata, content } }) {
    // Front ends that send no id, such as nbclient: the cell is identified by its text.
    this.#key = metadata?.cellId ?? content.code;
    const closers = this.#opened.get(this.#key);
    this.#opened.delete(this.#key);
    closers?.forEach(callSafely);
    return closers !== undefined;
  }

  /**
   * Calls back when the cell that runs, or the newest one, is run again.
   *
   * @returns a function that cancels this
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

/** An error in a callback is reported, and does not keep any cell from being run. */
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
