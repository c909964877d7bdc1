'use strict';

const { TextDecoder } = require('node:util');

/** Time that text waits for more of it at the beginning of a cell [ms]. */
const flushMs = 50;
/**
 * A page works on all that a cell has printed whenever more of it arrives, so the time between messages grows with it
 * [characters per ms]; a cell that prints faster waits for the page.
 */
const charactersPerMs = 20_000;
/**
 * Number of pieces within that time that are sent at once, so that text printed before a long computation appears
 * during it.
 */
const unjoined = 10;
/** Length of a message after which it is sent at the beginning of a cell, and at most [characters]. */
const [flushLength, longestMessage] = [64 * 1024, 2 * 1024 * 1024];

/**
 * The printed output of cells. Pieces of a stream that come close together are joined into one message, as thousands of
 * small ones keep a front end busy for minutes; the more a cell has printed, the longer they wait and the larger the
 * messages are. Before anything else is published, the text printed so far is sent.
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
  /** Length of what the cell has printed, and time of the last message. */
  #sent = 0;
  #sentAt = 0;
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  /** @param emit called with the stream's name and a text; returns how much of it a page gets */
  constructor(emit) {
    this.#emit = emit;
  }

  /** A cell begins to run. */
  begin() {
    this.#sent = 0;
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
    const waitMs = flushMs + this.#sent / charactersPerMs;
    if (this.#pieces.length === 0) {
      this.#since = now;
      this.#timer = setTimeout(() => this.flush(), waitMs);
    }
    this.#name = name;
    this.#pieces.push(text);
    this.#length += text.length;
    // The timer cannot fire during synchronous code; text printed there is sent all the same.
    const isLong = this.#length >= Math.min(longestMessage, Math.max(flushLength, this.#sent / 10));
    if (!isLong && now - this.#since <= waitMs && !this.#isFirst(now, waitMs)) return;
    if (isLong) sleep(this.#sentAt + this.#sent / charactersPerMs - now);
    this.flush();
  }

  /** True for the first few pieces of a time window. */
  #isFirst(now, windowMs) {
    if (now - this.#window > windowMs) {
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
    const shown = this.#emit(this.#name, text);
    this.#sent += shown;
    if (shown > 0) this.#sentAt = performance.now();
  }
}

function sleep(ms) {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

module.exports = { Outlet };
