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
/**
 * Number of changes between the streams within that time after which each is joined by itself, if they are also more
 * than this share of the pieces: every change is an output of its own on a page, which draws few of them and takes
 * seconds to save thousands.
 */
const [keptChanges, denseShare] = [10, 0.2];
/** Length of a message after which it is sent at the beginning of a cell, and at most [characters]. */
const [flushLength, longestMessage] = [64 * 1024, 2 * 1024 * 1024];

/**
 * The printed output of cells. Pieces of a stream that come close together are joined into one message, as thousands of
 * small ones keep a front end busy for minutes; the more a cell has printed, the longer they wait and the larger the
 * messages are. Before anything else is published, the text printed so far is sent. Both streams stay in order; in a
 * flood of changes between them, each is joined by itself.
 */
class Outlet {
  #emit;
  /** Pieces that wait, by the stream's name. */
  #pieces = new Map();
  #name = null;
  #changes = unchanged();
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
    this.#changes = unchanged();
  }

  /** Replaces `write` and `end` of `process.stdout` and `process.stderr`, which later cells need, too. */
  capture() {
    for (const name of ['stdout', 'stderr']) {
      process[name].end = (...args) => {
        if (args.length > 0 && typeof args[0] !== 'function') process[name].write(args[0]);
        const done = args.find((arg) => typeof arg === 'function');
        process.nextTick(() => {
          done?.();
          // What pipes into it waits for both, as at the end of an ordinary stream.
          process[name].emit('finish');
          process[name].emit('close');
        });
        return process[name];
      };
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
    const now = performance.now();
    const waitMs = flushMs + this.#sent / charactersPerMs;
    const isChange = this.#name !== name;
    if (this.#isKept(isChange, now, waitMs) && isChange) this.flush();
    this.#name = name;
    if (this.#pieces.size === 0) {
      this.#since = now;
      this.#timer = setTimeout(() => this.flush(), waitMs);
    }
    const pieces = this.#pieces.get(name);
    if (pieces === undefined) this.#pieces.set(name, [text]);
    else pieces.push(text);
    this.#length += text.length;
    // The timer cannot fire during synchronous code; text printed there is sent all the same.
    const isLong = this.#length >= Math.min(longestMessage, Math.max(flushLength, this.#sent / 10));
    if (!isLong && now - this.#since <= waitMs && !this.#isFirst(now, waitMs)) return;
    if (isLong) sleep(this.#sentAt + this.#sent / charactersPerMs - now);
    this.flush();
  }

  /** True if the streams keep their common order at a change between them. */
  #isKept(isChange, now, windowMs) {
    if (now - this.#changes.since > windowMs) this.#changes = unchanged(now);
    const changes = this.#changes;
    changes.pieces += 1;
    if (isChange) changes.count += 1;
    return changes.count <= keptChanges || changes.count < denseShare * changes.pieces;
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
    if (this.#pieces.size === 0) return;
    clearTimeout(this.#timer);
    const waiting = this.#pieces;
    this.#pieces = new Map();
    this.#length = 0;
    for (const [name, pieces] of waiting) {
      const shown = this.#emit(name, pieces.join(''));
      this.#sent += shown;
      if (shown > 0) this.#sentAt = performance.now();
    }
  }
}

function unchanged(since = 0) {
  return { since, count: 0, pieces: 0 };
}

function sleep(ms) {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

module.exports = { Outlet };
