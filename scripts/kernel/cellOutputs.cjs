'use strict';

const { shownMb } = require('./cellText.cjs');

/**
 * Maximum number of characters kept of a printed text, more than a cell shows; of a longer one, the beginning and the end
 * are kept.
 */
const longestText = 1.2e6 * shownMb();

/**
 * The outputs of one run of a cell, as they are stored in a notebook: texts are joined, display updates applied, and
 * cleared outputs removed.
 */
class CellOutputs {
  #items = [];
  /** Indices of the outputs that show a display, by its id. */
  #displays = new Map();
  #clearBeforeNext = false;
  #limit;

  constructor({ limit = longestText } = {}) {
    this.#limit = limit;
  }

  /** Processes a message that the kernel publishes about the cell; returns true if the outputs changed. */
  hear(type, content) {
    if (type === 'stream') this.#addText(content);
    else if (type === 'display_data' || type === 'execute_result' || type === 'error')
      this.#add(type, content);
    else if (type === 'clear_output') this.#clear(content.wait);
    else return false;
    return true;
  }

  /** Replaces the content of a display; returns true if the display exists. */
  update(displayId, content) {
    const places = this.#displays.get(displayId);
    if (places === undefined) return false;
    const json = bundle('display_data', content);
    for (const place of places) this.#items[place] = { json, displayId };
    return true;
  }

  /** The outputs in the notebook format; with `displayIds`, each includes the id of its display, as in the message. */
  list({ displayIds = false } = {}) {
    return this.#items.map((item) => {
      if (item.json === undefined) return { output_type: 'stream', name: item.name, text: item.text.whole() };
      const output = JSON.parse(item.json);
      return displayIds && item.displayId ? { ...output, transient: { display_id: item.displayId } } : output;
    });
  }

  #addText({ name, text }) {
    this.#clearIfAsked();
    const last = this.#items.at(-1);
    if (last?.name === name) return last.text.add(text);
    const kept = new LongText(this.#limit);
    kept.add(text);
    this.#items.push({ name, text: kept });
  }

  #add(type, content) {
    this.#clearIfAsked();
    const displayId = content.transient?.display_id;
    if (displayId !== undefined) {
      // If a display is shown again, its existing outputs are updated.
      this.update(displayId, content);
      const places = this.#displays.get(displayId) ?? [];
      this.#displays.set(displayId, [...places, this.#items.length]);
    }
    this.#items.push({ json: bundle(type, content), displayId });
  }

  #clear(wait) {
    this.#clearBeforeNext = wait === true;
    if (this.#clearBeforeNext) return;
    this.#items = [];
    this.#displays.clear();
  }

  #clearIfAsked() {
    if (this.#clearBeforeNext) this.#clear(false);
  }
}

/** A text whose middle is left out if it grows too long. */
class LongText {
  #half;
  /** Empty as long as nothing is left out. */
  #start = '';
  #end = '';
  #leftOut = 0;

  constructor(limit) {
    this.#half = Math.floor(limit / 2);
  }

  add(text) {
    this.#end += text;
    // Cut from time to time, not for each piece.
    if (this.#end.length > 4 * this.#half) this.#cut();
  }

  whole() {
    if (this.#start.length + this.#end.length > 2 * this.#half) this.#cut();
    if (this.#leftOut === 0) return this.#end;
    return `${this.#start}\n[${this.#leftOut.toLocaleString('en')} characters left out]\n${this.#end}`;
  }

  #cut() {
    if (this.#start === '') {
      this.#start = this.#end.slice(0, this.#half);
      this.#end = this.#end.slice(this.#half);
    }
    this.#leftOut += Math.max(0, this.#end.length - this.#half);
    this.#end = this.#end.slice(-this.#half);
  }
}

/** Serialised at once: cells may go on changing the objects that they show. */
function bundle(type, content) {
  if (type === 'error') {
    const { ename, evalue, traceback } = content;
    return JSON.stringify({ output_type: type, ename, evalue, traceback });
  }
  const { data, metadata = {}, execution_count: count = null } = content;
  const counted = type === 'execute_result' ? { execution_count: count } : {};
  return JSON.stringify({ output_type: type, data, metadata, ...counted });
}

module.exports = { CellOutputs };
