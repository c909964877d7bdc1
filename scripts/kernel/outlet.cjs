'use strict';

const { TextDecoder } = require('node:util');

/** Maximum time that text waits for more of it [ms]. */
const flushMs = 50;
/**
 * Number of pieces within that time that are sent at once, so that text printed before a long computation appears
 * during it.
 */
const unjoined = 10;
/** Maximum length of a message [characters]. */
const flushLength = 64 * 1024;

/**
 * The printed output of cells. Pieces of a stream that come close together are joined into one message, as thousands of
 * small ones keep a front end busy for minutes. Before anything else is published, the text printed so far is sent.
 */
class Outlet {
  #emit;
  #name = null;
  #pieces = [];
  #length = 0;
  #since = 0;
  #timer = null;
  #window = 0;
  #inWindow = 0;
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  /** @param emit called with the stream's name and a text */
  constructor(emit) {
    this.#emit = emit;
  }

  /** Replaces `process.stdout.write` and `process.stderr.write`. */
  capture() {
    for (const name of ['stdout', 'stderr']) {
      process[name].write = (chunk, encoding, done) => {
        const isText = typeof chunk === 'string';
        this.write(name, isText ? chunk : this.#decoders[name].decode(chunk, { stream: true }));
        const written = typeof encoding === 'function' ? encoding : done;
        if (written) process.nextTick(written);
        return true;
      };
    }
  }

  write(name, text) {
    if (text === '') return;
    if (this.#name !== name) this.flush();
    const now = performance.now();
    if (this.#pieces.length === 0) {
      this.#since = now;
      this.#timer = setTimeout(() => this.flush(), flushMs);
    }
    this.#name = name;
    this.#pieces.push(text);
    this.#length += text.length;
    // The timer cannot fire during synchronous code; text printed there is sent all the same.
    if (this.#length >= flushLength || now - this.#since > flushMs || this.#isFirst(now)) this.flush();
  }

  /** True for the first few pieces of a time window. */
  #isFirst(now) {
    if (now - this.#window > flushMs) {
      this.#window = now;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    return this.#inWindow <= unjoined;
  }

  flush() {
    if (this.#pieces.length === 0) return;
    clearTimeout(this.#timer);
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#emit(this.#name, text);
  }
}

module.exports = { Outlet };
